#include "ops/convolution.h"
#include "ops/vulkan_call.h"

#include <algorithm>

namespace attnscope {

Status Pool1D::record(VulkanCall& call) const {
    struct Push {
        std::uint32_t count;
        std::uint32_t time;
        std::uint32_t features;
        std::uint32_t steps;
        std::uint32_t width;
        std::uint32_t stride;
        std::uint32_t before;
    };
    const Shape& shape = call.outputShape();
    const std::int64_t time = call.input(0).shape[1];
    const std::int64_t padding =
        m_samePadding ? std::max<std::int64_t>((shape[1] - 1) * m_stride + m_width - time, 0) : 0;
    ATTN_TRY(const VulkanOperand output, call.output());
    const std::uint32_t size = call.workgroupSize();
    return call.dispatch("pool1d", {size, static_cast<std::uint32_t>(m_kind)}, {reads(call.input(0)), writes(output)},
                         Push{static_cast<std::uint32_t>(shape.elements()), static_cast<std::uint32_t>(time),
                              static_cast<std::uint32_t>(shape[2]), static_cast<std::uint32_t>(shape[1]),
                              static_cast<std::uint32_t>(m_width), static_cast<std::uint32_t>(m_stride),
                              static_cast<std::uint32_t>(padding / 2)},
                         call.groupsFor(shape.elements(), size));
}

}  // namespace attnscope
