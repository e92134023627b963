#include "ops/convolution.h"
#include "ops/vulkan_call.h"

namespace attnscope {
namespace {

/// Mirrors shaders/convolution1d.comp; in the narrow kernel `rows` is the number of elements, `depth` that of taps.
struct Push {
    std::uint32_t rows;
    std::uint32_t steps;
    std::uint32_t time;
    std::uint32_t in;
    std::uint32_t out;
    std::uint32_t groupIn;
    std::uint32_t groupOut;
    std::uint32_t depth;
    std::uint32_t stride;
    std::uint32_t dilation;
    std::uint32_t tilesAcross;
};

}  // namespace

Status Convolution1D::record(VulkanCall& call) const {
    constexpr std::uint32_t narrow = 16;
    constexpr std::uint32_t across = 16;  // invocations of a workgroup side by side
    constexpr std::uint32_t each = 4;     // rows and columns of an invocation
    const Shape& x = call.input(0).shape;
    const Shape& kernel = call.input(1).shape;
    const Shape& shape = call.outputShape();
    const auto number = [](std::int64_t extent) { return static_cast<std::uint32_t>(extent); };
    Push push{number(shape[0] * shape[1]),
              number(shape[1]),
              number(x[1]),
              number(x[2]),
              number(shape[2]),
              number(kernel[1]),
              number(shape[2] / m_groups),
              number(kernel[0] * kernel[1]),
              number(m_stride),
              number(m_dilation),
              1};
    ATTN_TRY(const VulkanOperand output, call.output());
    const std::vector<vulkan::Binding> bindings{reads(call.input(0)), reads(call.input(1)), writes(output)};
    if (push.groupOut < narrow) {
        push.rows = number(shape.elements());
        push.depth = number(kernel[0]);
        const std::uint32_t size = call.workgroupSize();
        return call.dispatch("convolution1d_narrow", {size}, bindings, push, call.groupsFor(shape.elements(), size));
    }
    const std::uint32_t size = call.workgroupSize() / across * across;
    push.tilesAcross = (push.groupOut + across * each - 1) / (across * each);
    vulkan::Groups groups = call.groupsFor(push.rows, size / across * each);
    groups[2] = push.tilesAcross * number(m_groups);
    return call.dispatch("convolution1d", {size}, bindings, push, groups);
}

}  // namespace attnscope
