#include "ops/elementwise.h"
#include "ops/shape_rule.h"
#include "ops/strided.h"

namespace attnscope {

std::string_view Select::name() const {
    return "select";
}

Result<Shape> Select::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 3));
    Result<Shape> shape = broadcastShape(inputs[1], inputs[2]);
    if (shape) shape = broadcastShape(inputs[0], *shape);
    if (!shape) return failWithin(std::string(name()), std::move(shape).error());
    return shape;
}

Status Select::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    const Shape& shape = output.shape();
    std::array<Strides, 3> strides;
    for (std::size_t n = 0; n < 3; ++n) strides[n] = broadcastStrides(inputs[n]->shape(), shape);
    float* out = output.data().data();
    forEachRun<3>(shape, strides,
                  [&](std::int64_t position, const auto& offsets, std::int64_t count, const auto& steps) {
                      const float* condition = inputs[0]->data().data() + offsets[0];
                      const float* yes = inputs[1]->data().data() + offsets[1];
                      const float* no = inputs[2]->data().data() + offsets[2];
                      for (std::int64_t i = 0; i < count; ++i)
                          out[position + i] = condition[i * steps[0]] != 0.0F ? yes[i * steps[1]] : no[i * steps[2]];
                  });
    return {};
}

}  // namespace attnscope
