#include "ops/elementwise.h"
#include "ops/vulkan_axes.h"
#include "ops/vulkan_call.h"

namespace attnscope {

Status Binary::record(VulkanCall& call) const {
    const Shape& shape = call.outputShape();
    const VulkanOperand& a = call.input(0);
    const VulkanOperand& b = call.input(1);
    ATTN_TRY(const auto walk, axisWalk<2>(shape, {broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)}));
    ATTN_TRY(const VulkanOperand output, call.output());
    const std::uint32_t size = call.workgroupSize();
    return call.dispatch("binary", {size, walk.axes, static_cast<std::uint32_t>(m_kind)},
                         {reads(a), reads(b), writes(output)}, walk.push, call.groupsFor(shape.elements(), size));
}

}  // namespace attnscope
