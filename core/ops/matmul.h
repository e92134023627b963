#pragma once

#include "graph/operation.h"

namespace attnscope {

/// Batched matrix product: [..., m, k] × [..., k, n] → [..., m, n]. The leading axes broadcast as in NumPy (a plain
/// matrix serves every batch); either operand's last two axes may be read transposed. Both ranks are at least 2.
class MatMul final : public Operation {
public:
    explicit MatMul(bool transposeA = false, bool transposeB = false)
        : m_transposeA(transposeA), m_transposeB(transposeB) {}
    [[nodiscard]] bool transposeA() const { return m_transposeA; }
    [[nodiscard]] bool transposeB() const { return m_transposeB; }

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    bool m_transposeA;
    bool m_transposeB;
};

}  // namespace attnscope
