#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "tensor/tensor.h"

#include <span>
#include <string>
#include <string_view>

namespace attnscope {

class VulkanCall;

/// One primitive of the graph: a shape rule and its kernels.
///
/// An operation is immutable and knows no layers: axes are plain axes, the batch axis is one of them.
/// Everything is pure virtual, so that the compiler refuses an operation without its shape rule, its CPU kernel or its
/// Vulkan twin.
class Operation {
public:
    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    virtual ~Operation() = default;

    /// What it is called in messages and profiles, e.g. "matmul".
    [[nodiscard]] virtual std::string_view name() const = 0;

    /// The output's shape, or an error of code Shape that says which extents do not fit.
    [[nodiscard]] virtual Result<Shape> inferShape(std::span<const Shape> inputs) const = 0;

    /// Computes on the CPU (Eigen). `output` arrives allocated with the inferred shape and zero-filled; kernels that run
    /// long look at `cancel` between timesteps and stop early. Errors: input values that no shape can rule out (a token
    /// id beyond the table).
    [[nodiscard]] virtual Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                          const CancelToken& cancel) const = 0;

    /// Records its twin on the GPU (ops/vulkan_call.h), whose numbers are the CPU kernel's within rounding.
    /// Errors: code Device or Limit, where the device cannot do it.
    [[nodiscard]] virtual Status record(VulkanCall& call) const = 0;
};

}  // namespace attnscope
