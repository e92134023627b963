#include "ops/recurrent.h"
#include "ops/vulkan_call.h"

#include <algorithm>

namespace attnscope {

Status Recurrent::record(VulkanCall& call) const {
    struct Push {
        std::uint32_t batch;
        std::uint32_t time;
    };
    const Shape& shape = call.outputShape();
    const std::int64_t units = shape[2];
    const std::int64_t width = gates(m_options.cell) * units;
    const bool hasCell = m_options.hasInitialState && m_options.cell == Cell::Lstm;
    // What a layer does not have is never touched; x stands in for what is read, the output for what is written.
    std::size_t next = 0;
    const auto named = [&](bool present) -> const VulkanOperand& { return call.input(present ? next++ : 0); };
    const VulkanOperand& x = named(true);
    const VulkanOperand& recurrent = named(true);
    const VulkanOperand& bias = named(m_options.hasRecurrentBias);
    const VulkanOperand& mask = named(m_options.hasMask);
    const VulkanOperand& h = named(m_options.hasInitialState);
    const VulkanOperand& c = named(hasCell);

    const auto padded = [](std::int64_t count) { return (count + 3) / 4 * 4; };
    const std::int64_t state = 2 * padded(units) + padded(width);
    const bool shared = state * static_cast<std::int64_t>(sizeof(float)) <= call.device().maxSharedBytes;
    std::optional<VulkanOperand> scratch;
    if (!shared) scratch = call.scratch({shape[0], state});
    ATTN_TRY(const VulkanOperand output, call.output());
    // An invocation for each gate of each unit, as many as a workgroup may have.
    constexpr std::int64_t step = 32;
    const std::int64_t most = std::min<std::int64_t>(call.device().maxWorkgroupSize, 1024);
    const auto size = static_cast<std::uint32_t>(std::min((width + step - 1) / step * step, most));
    // More would not stay in registers; what does not fit there is too large for shared memory as well.
    constexpr std::int64_t mostHeld = 64;
    const bool held = units <= mostHeld && width <= size;
    return call.dispatch(
        "recurrent",
        {size, static_cast<std::uint32_t>(m_options.cell), static_cast<std::uint32_t>(m_options.activation),
         static_cast<std::uint32_t>(m_options.recurrentActivation), static_cast<std::uint32_t>(units),
         m_options.backwards ? 1U : 0U, m_options.hasRecurrentBias ? 1U : 0U, m_options.hasMask ? 1U : 0U,
         m_options.hasInitialState ? 1U : 0U, m_options.emit == Emit::CellState ? 1U : 0U, shared ? 1U : 0U,
         held ? 1U : 0U},
        {reads(x), reads(recurrent), reads(bias), reads(mask), reads(h), reads(c), writes(scratch ? *scratch : output),
         writes(output)},
        Push{static_cast<std::uint32_t>(shape[0]), static_cast<std::uint32_t>(shape[1])}, call.groups(shape[0]));
}

}  // namespace attnscope
