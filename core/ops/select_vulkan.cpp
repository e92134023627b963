#include "ops/elementwise.h"
#include "ops/vulkan_axes.h"
#include "ops/vulkan_call.h"

namespace attnscope {

Status Select::record(VulkanCall& call) const {
    const Shape& shape = call.outputShape();
    std::array<Strides, 3> strides;
    for (std::size_t n = 0; n < 3; ++n) strides[n] = broadcastStrides(call.input(n).shape, shape);
    ATTN_TRY(const auto walk, axisWalk<3>(shape, strides));
    ATTN_TRY(const VulkanOperand output, call.output());
    const std::uint32_t size = call.workgroupSize();
    return call.dispatch("select", {size, walk.axes},
                         {reads(call.input(0)), reads(call.input(1)), reads(call.input(2)), writes(output)}, walk.push,
                         call.groupsFor(shape.elements(), size));
}

}  // namespace attnscope
