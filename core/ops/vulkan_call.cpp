#include "ops/vulkan_call.h"

#include "shaders/shader.h"

#include <algorithm>
#include <cassert>

namespace attnscope {

namespace {

std::uint64_t bytesOf(const Shape& shape) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(shape.elements(), 1)) * sizeof(float);
}

}  // namespace

Result<VulkanOperand> VulkanCall::output(std::size_t index) {
    const VulkanResult& result = m_results[index];
    std::optional<VulkanOperand>& output = m_outputs[index];
    if (!output && !result.lasts) output = scratch(result.shape);
    if (!output) {
        ATTN_TRY(vulkan::BufferPtr buffer,
                 vulkan::Buffer::allocate(m_device, vulkan::MemoryUse::Activations, bytesOf(result.shape)));
        output = VulkanOperand{std::move(buffer), result.shape};
    }
    return *output;
}

Status VulkanCall::outputSharesBytesOf(const VulkanOperand& operand) {
    if (m_results[0].lasts && operand.buffer->isTransient()) {
        ATTN_TRY(const VulkanOperand copied, output());
        m_recorder.copy(operand.buffer, copied.buffer, bytesOf(operand.shape));
    } else {
        m_outputs[0] = VulkanOperand{operand.buffer, outputShape()};
    }
    return {};
}

VulkanOperand VulkanCall::scratch(const Shape& shape) {
    return {vulkan::Buffer::transient(bytesOf(shape)), shape};
}

VulkanOperand VulkanCall::tableOfBytes(std::span<const std::byte> bytes) {
    VulkanOperand table = scratch({static_cast<std::int64_t>(bytes.size() / sizeof(std::uint32_t))});
    m_recorder.update(table.buffer, bytes);
    return table;
}

VulkanOperand VulkanCall::refusal() {
    if (!m_refusal) {
        m_refusal = scratch({1});
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
