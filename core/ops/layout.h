#pragma once

#include "graph/operation.h"

#include <vector>

namespace attnscope {

/// The same elements in the same order, seen as another shape.
class Reshape final : public Operation {
public:
    explicit Reshape(Shape shape) : m_shape(std::move(shape)) {}

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    Shape m_shape;
};

/// Output axis i is input axis `order[i]`.
class Permute final : public Operation {
public:
    explicit Permute(std::vector<std::size_t> order) : m_order(std::move(order)) {}
    [[nodiscard]] const std::vector<std::size_t>& order() const { return m_order; }

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::vector<std::size_t> m_order;
};

/// Stretches axes of extent 1 (and adds leading ones) to `shape`, as NumPy broadcasts.
class Broadcast final : public Operation {
public:
    explicit Broadcast(Shape shape) : m_shape(std::move(shape)) {}

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    Shape m_shape;
};

/// Elements `start … start + count·step` (exclusive) of one axis; `step` may be negative, e.g. to reverse time.
class Slice final : public Operation {
public:
    Slice(std::size_t axis, std::int64_t start, std::int64_t count, std::int64_t step = 1)
        : m_axis(axis), m_start(start), m_count(count), m_step(step) {}
    [[nodiscard]] std::size_t axis() const { return m_axis; }

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::size_t m_axis;
    std::int64_t m_start;
    std::int64_t m_count;
    std::int64_t m_step;
};

/// Joins two or more inputs along one axis; their other extents are equal.
class Concatenate final : public Operation {
public:
    explicit Concatenate(std::size_t axis) : m_axis(axis) {}
    [[nodiscard]] std::size_t axis() const { return m_axis; }

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::size_t m_axis;
};

/// Pads one axis with `value`: `before` elements in front, `after` behind.
class Pad final : public Operation {
public:
    Pad(std::size_t axis, std::int64_t before, std::int64_t after, float value = 0.0F)
        : m_axis(axis), m_before(before), m_after(after), m_value(value) {}

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::size_t m_axis;
    std::int64_t m_before;
    std::int64_t m_after;
    float m_value;
};

}  // namespace attnscope
