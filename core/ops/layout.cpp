#include "ops/layout.h"

#include "ops/elementwise.h"
#include "ops/shape_rule.h"
#include "ops/strided.h"

#include <algorithm>

namespace attnscope {

std::string_view Reshape::name() const {
    return "reshape";
}

Result<Shape> Reshape::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    if (std::ranges::any_of(m_shape, [](std::int64_t extent) { return extent < 0; }) ||
        m_shape.elements() != inputs[0].elements())
        return refuseShapes(name(), inputs,
                            std::to_string(inputs[0].elements()) + " elements cannot be seen as " + m_shape.text());
    return m_shape;
}

Status Reshape::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    std::ranges::copy(inputs[0]->data(), output.data().begin());
    return {};
}

std::string_view Permute::name() const {
    return "permute";
}

Result<Shape> Permute::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    const std::size_t rank = inputs[0].rank();
    if (m_order.size() != rank)
        return refuseShapes(
            name(), inputs,
            "an order of " + std::to_string(m_order.size()) + " axes, expected " + std::to_string(rank));
    ATTN_CHECK(expectAxes(name(), inputs, m_order));
    std::vector<std::int64_t> extents;
    for (const std::size_t axis : m_order) {
        if (std::ranges::count(m_order, axis) > 1)
            return refuseShapes(name(), inputs, "axis " + std::to_string(axis) + " is named twice, expected once");
        extents.push_back(inputs[0][axis]);
    }
    return Shape(std::move(extents));
}

Status Permute::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    const Strides own = inputs[0]->shape().strides();
    Strides strides;
    for (const std::size_t axis : m_order) strides.push_back(own[axis]);
    copyStrided(inputs[0]->data().data(), strides, output);
    return {};
}

std::string_view Broadcast::name() const {
    return "broadcast";
}

Result<Shape> Broadcast::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    const Result<Shape> both = broadcastShape(inputs[0], m_shape);
    if (!both || *both != m_shape) return refuseShapes(name(), inputs, "cannot be stretched to " + m_shape.text());
    return m_shape;
}

Status Broadcast::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    copyStrided(inputs[0]->data().data(), broadcastStrides(inputs[0]->shape(), output.shape()), output);
    return {};
}

std::string_view Slice::name() const {
    return "slice";
}

Result<Shape> Slice::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    ATTN_CHECK(expectAxes(name(), inputs, std::array{m_axis}));
    const std::int64_t extent = inputs[0][m_axis];
    if (m_count < 0)
        return refuseShapes(name(), inputs, "a count of " + std::to_string(m_count) + ", expected at least 0");
    if (m_step == 0) return refuseShapes(name(), inputs, "a step of 0, expected any other");
    const auto inside = [extent](std::int64_t index) { return index >= 0 && index < extent; };
    const std::int64_t last = m_start + (m_count - 1) * m_step;
    if (m_count > 0 && !(inside(m_start) && inside(last)))
        return refuseShapes(name(), inputs,
                            "elements " + std::to_string(m_start) + " to " + std::to_string(last) + " of axis " +
                                std::to_string(m_axis) + ", which has " + std::to_string(extent));
    Shape shape = inputs[0];
    shape[m_axis] = m_count;
    return shape;
}

Status Slice::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    if (output.size() == 0) return {};
    Strides strides = inputs[0]->shape().strides();
    const float* start = inputs[0]->data().data() + m_start * strides[m_axis];
    strides[m_axis] *= m_step;
    copyStrided(start, strides, output);
    return {};
}

}  // namespace attnscope
