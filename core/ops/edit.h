#pragma once

#include "graph/operation.h"

#include <cstdint>
#include <vector>

namespace attnscope {

/// A copy of the input with some elements set by hand. Blocks are given in elements of one batch entry, and are set in
/// every entry along axis 0 when `batched`.
class SetElements final : public Operation {
public:
    struct Block {
        std::int64_t first = 0;
        std::int64_t count = 1;
        float number = 0.0F;
    };
    SetElements(std::vector<Block> blocks, bool batched) : m_blocks(std::move(blocks)), m_batched(batched) {}

    [[nodiscard]] std::string_view name() const override { return "set elements"; }
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::vector<Block> m_blocks;
    bool m_batched;
};

/// Weights spread evenly along `axis` over what the mask lets through: inputs (weights, and optionally a mask
/// [batch, extent of axis]). Rows masked everywhere are all zeros.
class UniformWeights final : public Operation {
public:
    explicit UniformWeights(std::size_t axis) : m_axis(axis) {}

    [[nodiscard]] std::string_view name() const override { return "uniform weights"; }
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::size_t m_axis;
};

}  // namespace attnscope
