#pragma once

#include "ops/strided.h"
#include "ops/vulkan_call.h"

namespace attnscope {

/// Copies `source` element by element, in the order of its own shape, to where `strides` (one per axis of that shape)
/// and `offset` say in `target`. Does nothing for an empty source.
[[nodiscard]] Status recordPlacing(VulkanCall& call, const VulkanOperand& source, const VulkanOperand& target,
                                   const Strides& strides, std::int64_t offset);

/// The twin of copyStrided(): fills the output from `source`, which is read by `strides` (one per axis of the output)
/// from `offset` on. Where that changes nothing the output shares the source's bytes.
[[nodiscard]] Status recordCopy(VulkanCall& call, const VulkanOperand& source, const Strides& strides,
                                std::int64_t offset = 0);

}  // namespace attnscope
