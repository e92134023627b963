#pragma once

#include "graph/operation.h"

namespace attnscope {

/// Softmax over one axis, stable for any finite score. Inputs: scores, and optionally a mask that broadcasts to the
/// scores' shape: where it is 0 the weight is exactly 0 and the rest is normalised without it; a row masked everywhere
/// gives all zeros, not NaN.
class Softmax final : public Operation {
public:
    explicit Softmax(std::size_t axis) : m_axis(axis) {}
    [[nodiscard]] std::size_t axis() const { return m_axis; }

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::size_t m_axis;
};

}  // namespace attnscope
