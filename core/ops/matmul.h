#pragma once

#include "graph/operation.h"

namespace attnscope {

class ElementwiseChain;
struct ChainOutput;

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

    /// Whether a product of this shape is made tile by tile, and so can be the beginning of a chain.
    [[nodiscard]] static bool isTiled(const Shape& output) {
        return output[output.rank() - 2] != 1 && output.back() != 1;
    }
    /// Whether the kernel of tiled products has room for what a chain reads besides the product.
    [[nodiscard]] static bool takesChain(const ElementwiseChain& chain);
    /// Records the product, of shape `output`, and the chain that begins with it: the call's inputs are the two
    /// operands, then what else the chain reads. Errors: code Limit, code Device.
    [[nodiscard]] Status recordChained(VulkanCall& call, const ElementwiseChain& chain, const Shape& output,
                                       std::span<const ChainOutput> outputs) const;

private:
    bool m_transposeA;
    bool m_transposeB;
};

}  // namespace attnscope
