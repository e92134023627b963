#include "ops/layout.h"
#include "ops/shape_rule.h"

#include <algorithm>
#include <array>

namespace attnscope {
namespace {

/// Copies `input` into `output` beginning at element `start` of `axis`; their other extents are equal.
void place(const Tensor& input, std::size_t axis, std::int64_t start, Tensor& output) {
    const std::int64_t inner = input.shape().from(axis + 1).elements();
    const std::int64_t outer = input.shape().upTo(axis).elements();
    const std::int64_t inputRow = input.dim(axis) * inner;
    const std::int64_t outputRow = output.dim(axis) * inner;
    for (std::int64_t row = 0; row < outer; ++row)
        std::copy_n(input.data().data() + row * inputRow, inputRow,
                    output.data().data() + row * outputRow + start * inner);
}

}  // namespace

std::string_view Concatenate::name() const {
    return "concatenate";
}

Result<Shape> Concatenate::inferShape(std::span<const Shape> inputs) const {
    if (inputs.size() < 2)
        return refuseShapes(name(), inputs, std::to_string(inputs.size()) + " inputs, expected at least 2");
    ATTN_CHECK(expectAxes(name(), inputs, std::array{m_axis}));
    Shape shape = inputs[0];
    for (const Shape& input : inputs.subspan(1)) {
        Shape other = input;
        if (input.rank() == shape.rank()) other[m_axis] = shape[m_axis];
        if (other != shape)
            return refuseShapes(name(), inputs,
                                "extents differ along other axes than " + std::to_string(m_axis) + ", expected equal");
        shape[m_axis] += input[m_axis];
    }
    return shape;
}

Status Concatenate::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    std::int64_t start = 0;
    for (const Tensor* input : inputs) {
        place(*input, m_axis, start, output);
        start += input->dim(m_axis);
    }
    return {};
}

std::string_view Pad::name() const {
    return "pad";
}

Result<Shape> Pad::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    ATTN_CHECK(expectAxes(name(), inputs, std::array{m_axis}));
    if (m_before < 0 || m_after < 0)
        return refuseShapes(name(), inputs,
                            "a padding of " + std::to_string(m_before) + " and " + std::to_string(m_after) +
                                ", expected at least 0 each");
    Shape shape = inputs[0];
    shape[m_axis] += m_before + m_after;
    return shape;
}

Status Pad::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    std::ranges::fill(output.data(), m_value);
    place(*inputs[0], m_axis, m_before, output);
    return {};
}

}  // namespace attnscope
