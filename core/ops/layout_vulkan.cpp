#include "ops/layout.h"
#include "ops/vulkan_copy.h"

namespace attnscope {

Status Reshape::record(VulkanCall& call) const {
    return call.outputSharesBytesOf(call.input(0));
}

Status Permute::record(VulkanCall& call) const {
    const Strides own = call.input(0).shape.strides();
    Strides strides;
    for (const std::size_t axis : m_order) strides.push_back(own[axis]);
    return recordCopy(call, call.input(0), strides);
}

Status Broadcast::record(VulkanCall& call) const {
    return recordCopy(call, call.input(0), broadcastStrides(call.input(0).shape, call.outputShape()));
}

Status Slice::record(VulkanCall& call) const {
    Strides strides = call.input(0).shape.strides();
    const std::int64_t offset = m_start * strides[m_axis];
    strides[m_axis] *= m_step;
    return recordCopy(call, call.input(0), strides, offset);
}

}  // namespace attnscope
