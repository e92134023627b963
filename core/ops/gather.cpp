#include "ops/gather.h"

#include "base/text.h"
#include "ops/shape_rule.h"

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

/// The index of the flat-th element of a tensor, e.g. `(0, 3)`.
std::string placeText(const Shape& shape, std::int64_t flat) {
    Shape place = shape;
    const auto strides = shape.strides();
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) place[axis] = flat / strides[axis] % shape[axis];
    return place.text();
}

}  // namespace

std::string_view Gather::name() const {
    return "gather";
}

Result<Shape> Gather::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 2));
    if (inputs[0].rank() != 2)
        return refuseShapes(name(), inputs,
                            "a table of rank " + std::to_string(inputs[0].rank()) + ", expected (rows, dim)");
    std::vector<std::int64_t> extents = inputs[1].extents();
    extents.push_back(inputs[0][1]);
    return Shape(std::move(extents));
}

Status Gather::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    const Tensor& table = *inputs[0];
    const Tensor& ids = *inputs[1];
    const std::int64_t rows = table.dim(0);
    const std::int64_t width = table.dim(1);
    for (std::int64_t i = 0; i < ids.shape().elements(); ++i) {
        const float id = ids[static_cast<std::size_t>(i)];
        if (!(id >= 0.0F && id < static_cast<float>(rows) && id == std::floor(id)))
            return fail(ErrorCode::InvalidInput, "gather: id " + floatText(id) + " at " + placeText(ids.shape(), i) +
                                                     ": the table has " + std::to_string(rows) +
                                                     " rows, expected a whole number from 0 to " +
                                                     std::to_string(rows - 1));
        std::copy_n(table.data().data() + static_cast<std::int64_t>(id) * width, width,
                    output.data().data() + i * width);
    }
    return {};
}

}  // namespace attnscope
