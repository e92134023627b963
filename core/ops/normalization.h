#pragma once

#include "graph/operation.h"

namespace attnscope {

/// (x − mean) / √(variance + ε) over the last `axes` axes, the statistics being x's own: the core of LayerNormalization.
/// Input x; scale and shift are ordinary elementwise operations.
class Standardize final : public Operation {
public:
    Standardize(std::size_t axes, float epsilon) : m_axes(axes), m_epsilon(epsilon) {}

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::size_t m_axes;
    float m_epsilon;
};

}  // namespace attnscope
