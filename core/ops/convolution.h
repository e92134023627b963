#pragma once

#include "graph/operation.h"

namespace attnscope {

/// 1-D convolution (cross-correlation, as Keras has it) without padding of its own, see Pad:
/// (x [batch, time, in], kernel [width, in / groups, out]) → [batch, steps, out].
class Convolution1D final : public Operation {
public:
    Convolution1D(std::int64_t stride, std::int64_t dilation, std::int64_t groups)
        : m_stride(stride), m_dilation(dilation), m_groups(groups) {}

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    std::int64_t m_stride;
    std::int64_t m_dilation;
    std::int64_t m_groups;
};

enum class PoolKind { Max, Average };

/// Windows over time of [batch, time, features]. With `samePadding` the output has ceil(time / stride) steps and windows
/// reach over the edges as TensorFlow's do; an average counts only the timesteps that exist.
class Pool1D final : public Operation {
public:
    Pool1D(PoolKind kind, std::int64_t width, std::int64_t stride, bool samePadding)
        : m_kind(kind), m_width(width), m_stride(stride), m_samePadding(samePadding) {}

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    PoolKind m_kind;
    std::int64_t m_width;
    std::int64_t m_stride;
    bool m_samePadding;
};

}  // namespace attnscope
