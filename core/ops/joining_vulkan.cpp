#include "ops/layout.h"
#include "ops/vulkan_copy.h"

namespace attnscope {

Status Concatenate::record(VulkanCall& call) const {
    ATTN_TRY(const VulkanOperand output, call.output());
    const Strides strides = call.outputShape().strides();
    std::int64_t start = 0;
    for (std::size_t i = 0; i < call.inputs(); ++i) {
        ATTN_CHECK(recordPlacing(call, call.input(i), output, strides, start * strides[m_axis]));
        start += call.input(i).shape[m_axis];
    }
    return {};
}

Status Pad::record(VulkanCall& call) const {
    struct Push {
        std::uint32_t count;
        std::uint32_t row;
        std::uint32_t source;
        std::uint32_t before;
        float padding;
    };
    const Shape& shape = call.outputShape();
    const std::int64_t inner = shape.from(m_axis + 1).elements();
    ATTN_TRY(const VulkanOperand output, call.output());
    const std::uint32_t size = call.workgroupSize();
    return call.dispatch(
        "pad", {size}, {reads(call.input(0)), writes(output)},
        Push{static_cast<std::uint32_t>(shape.elements()), static_cast<std::uint32_t>(shape[m_axis] * inner),
             static_cast<std::uint32_t>(call.input(0).shape[m_axis] * inner),
             static_cast<std::uint32_t>(m_before * inner), m_value},
        call.groupsFor(shape.elements(), size));
}

}  // namespace attnscope
