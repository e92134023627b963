#include "ops/vulkan_call.h"

#include "shaders/shader.h"

#include <algorithm>
#include <cassert>

namespace attnscope {

Result<VulkanOperand> VulkanCall::output() {
    if (!m_output) {
        ATTN_TRY(m_output, scratch(m_outputShape));
    }
    return *m_output;
}

Result<VulkanOperand> VulkanCall::scratch(const Shape& shape) {
    const std::int64_t elements = std::max<std::int64_t>(shape.elements(), 1);
    ATTN_TRY(vulkan::BufferPtr buffer, vulkan::Buffer::allocate(m_device, vulkan::MemoryUse::Activations,
                                                                static_cast<std::uint64_t>(elements) * sizeof(float)));
    return VulkanOperand{std::move(buffer), shape};
}

Result<VulkanOperand> VulkanCall::tableOfBytes(std::span<const std::byte> bytes) {
    ATTN_TRY(VulkanOperand table, scratch({static_cast<std::int64_t>(bytes.size() / sizeof(std::uint32_t))}));
    m_recorder.update(table.buffer, bytes);
    return table;
}

Result<VulkanOperand> VulkanCall::refusal() {
    if (!m_refusal) {
        ATTN_TRY(m_refusal, scratch({1}));
        m_recorder.fill(m_refusal->buffer, 0);
    }
    return *m_refusal;
}

std::uint32_t VulkanCall::workgroupSize() const {
    return std::min(256U, device().maxWorkgroupSize);
}

vulkan::Groups VulkanCall::groupsFor(std::int64_t elements, std::uint32_t size) const {
    return groups((elements + size - 1) / size);
}

vulkan::Groups VulkanCall::groups(std::int64_t count) const {
    const auto wide = static_cast<std::int64_t>(device().maxWorkgroupCount);
    const std::int64_t rows = std::max<std::int64_t>((count + wide - 1) / wide, 1);
    const std::int64_t columns = std::max<std::int64_t>((count + rows - 1) / rows, 1);
    return {static_cast<std::uint32_t>(columns), static_cast<std::uint32_t>(rows), 1};
}

Status VulkanCall::dispatchBytes(std::string_view shader, std::vector<std::uint32_t> constants,
                                 const std::vector<vulkan::Binding>& bindings, std::span<const std::byte> push,
                                 const vulkan::Groups& workgroups) {
    const std::span<const std::uint32_t> words = findShader(shader);
    assert(!words.empty());
    const vulkan::Kernel kernel{shader, words, std::move(constants), static_cast<std::uint32_t>(bindings.size()),
                                static_cast<std::uint32_t>(push.size())};
    return m_recorder.dispatch(kernel, bindings, push, workgroups);
}

}  // namespace attnscope
