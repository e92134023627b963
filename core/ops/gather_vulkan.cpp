#include "ops/gather.h"
#include "ops/vulkan_call.h"

namespace attnscope {

Status Gather::record(VulkanCall& call) const {
    struct Push {
        std::uint32_t count;
        std::uint32_t rows;
        std::uint32_t width;
    };
    const VulkanOperand& table = call.input(0);
    const std::int64_t elements = call.outputShape().elements();
    ATTN_TRY(const VulkanOperand output, call.output());
    const VulkanOperand refusal = call.refusal();
    const std::uint32_t size = call.workgroupSize();
    return call.dispatch("gather", {size}, {reads(table), reads(call.input(1)), writes(output), writes(refusal)},
                         Push{static_cast<std::uint32_t>(elements), static_cast<std::uint32_t>(table.shape[0]),
                              static_cast<std::uint32_t>(table.shape[1])},
                         call.groupsFor(elements, size));
}

}  // namespace attnscope
