#include "ops/elementwise.h"
#include "ops/vulkan_call.h"

namespace attnscope {

Status Unary::record(VulkanCall& call) const {
    struct Push {
        std::uint32_t count;
        float alpha;
    };
    ATTN_TRY(const VulkanOperand output, call.output());
    const std::int64_t elements = call.outputShape().elements();
    const std::uint32_t size = call.workgroupSize();
    return call.dispatch("unary", {size, static_cast<std::uint32_t>(m_kind)}, {reads(call.input(0)), writes(output)},
                         Push{static_cast<std::uint32_t>(elements), m_alpha}, call.groupsFor(elements, size));
}

}  // namespace attnscope
