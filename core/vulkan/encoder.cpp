#include "vulkan/encoder.h"

#include "vulkan/memory_block.h"
#include "vulkan/pipeline_handles.h"
#include "vulkan/placement.h"

#include <algorithm>

namespace attnscope::vulkan {
namespace {

constexpr std::uint32_t setsPerPool = 256;
constexpr std::uint32_t buffersPerSet = 8;      // on average far fewer
constexpr std::uint64_t largestUpdate = 65536;  // vkCmdUpdateBuffer's

bool touches(const std::vector<MemoryRange>& ranges, const MemoryRange& range) {
    return std::ranges::any_of(ranges, [&](const MemoryRange& other) {
        return other.block == range.block && other.offset < range.offset + range.bytes &&
               range.offset < other.offset + other.bytes;
    });
}

}  // namespace

Status Encoder::place(std::span<const Recorder::Command> commands) {
    std::map<const Buffer*, std::size_t> numbers;
    std::vector<Lifetime> lifetimes;
    for (std::size_t at = 0; at < commands.size(); ++at) {
        for (const Binding& use : commands[at].uses) {
            if (!use.buffer->isTransient()) continue;
            const auto [known, isNew] = numbers.try_emplace(use.buffer.get(), lifetimes.size());
            if (isNew) lifetimes.push_back({use.buffer->bytes(), at, at});
            lifetimes[known->second].last = at;
        }
    }
    const Placement placement = placeByLiveness(lifetimes, m_on.alignment, m_on.maxBlockBytes);
    std::vector<MemoryRange> blocks;
    for (const std::uint64_t bytes : placement.blockBytes) {
        ATTN_TRY(BufferPtr block, Buffer::allocate(m_work.device, MemoryUse::Activations, bytes));
        blocks.push_back(block->range());
        m_work.buffers.push_back(std::move(block));
    }
    for (const auto& [buffer, number] : numbers) {
        const Placement::Spot& spot = placement.spots[number];
        const MemoryRange& block = blocks[spot.block];
        m_placed[buffer] = {block.block, block.offset + spot.offset, buffer->bytes()};
    }
    return {};
}

void Encoder::encode(std::span<const Recorder::Command> commands) {
    barrier();  // what earlier submissions wrote is seen here
    for (const Recorder::Command& command : commands) encode(command);
}

const MemoryRange& Encoder::rangeOf(const BufferPtr& buffer) const {
    return buffer->isTransient() ? m_placed.at(buffer.get()) : buffer->range();
}

/// Waits for everything before it that computes or copies.
void Encoder::barrier() {
    using Access = vk::AccessFlagBits;
    using Stage = vk::PipelineStageFlagBits;
    const vk::AccessFlags written = Access::eShaderWrite | Access::eTransferWrite;
    const vk::AccessFlags used = written | Access::eShaderRead | Access::eTransferRead;
    const vk::PipelineStageFlags stages = Stage::eComputeShader | Stage::eTransfer;
    m_work.commands.pipelineBarrier(stages, stages, {}, vk::MemoryBarrier(written, used), nullptr, nullptr);
    m_read.clear();
    m_written.clear();
}

void Encoder::order(std::span<const Binding> uses) {
    const bool clash = std::ranges::any_of(uses, [&](const Binding& use) {
        const MemoryRange& range = rangeOf(use.buffer);
        return touches(m_written, range) || (use.written && touches(m_read, range));
    });
    if (clash) barrier();
    for (const Binding& use : uses) {
        (use.written ? m_written : m_read).push_back(rangeOf(use.buffer));
        if (!use.buffer->isTransient()) m_work.buffers.push_back(use.buffer);
    }
}

void Encoder::encode(const Recorder::Command& command) {
    using Kind = Recorder::Command::Kind;
    const vk::raii::CommandBuffer& commands = m_work.commands;
    order(command.uses);
    switch (command.kind) {
        case Kind::Dispatch:
            return dispatch(command);
        case Kind::Copy: {
            const MemoryRange& from = rangeOf(command.uses[0].buffer);
            const MemoryRange& to = rangeOf(command.uses[1].buffer);
            commands.copyBuffer(*from.block->buffer, *to.block->buffer,
                                vk::BufferCopy(from.offset, to.offset, command.bytes));
            return;
        }
        case Kind::Fill: {
            const MemoryRange& range = rangeOf(command.uses[0].buffer);
            const std::uint64_t words = range.bytes / sizeof(std::uint32_t);
            commands.fillBuffer(*range.block->buffer, range.offset, words * sizeof(std::uint32_t), command.word);
            return;
        }
        case Kind::Update: {
            const MemoryRange& range = rangeOf(command.uses[0].buffer);
            for (std::uint64_t done = 0; done < command.data.size(); done += largestUpdate) {
                const std::uint64_t count = std::min<std::uint64_t>(largestUpdate, command.data.size() - done);
                commands.updateBuffer<std::byte>(
                    *range.block->buffer, range.offset + done,
                    vk::ArrayProxy<const std::byte>(static_cast<std::uint32_t>(count), command.data.data() + done));
            }
            return;
        }
        case Kind::Mark:
            if (m_work.markCount >= m_work.marksAllowed) return;
            barrier();
            commands.writeTimestamp(vk::PipelineStageFlagBits::eBottomOfPipe, *m_work.marks, m_work.markCount++);
            return;
    }
}

void Encoder::dispatch(const Recorder::Command& command) {
    const Pipeline::Handles& compiled = command.pipeline->handles();
    const vk::DescriptorSet set = newSet(compiled.setLayout);
    std::vector<vk::DescriptorBufferInfo> infos;
    for (const Binding& use : command.uses) {
        const MemoryRange& range = rangeOf(use.buffer);
        infos.emplace_back(*range.block->buffer, range.offset, range.bytes);
    }
    m_on.device.updateDescriptorSets(vk::WriteDescriptorSet(set, 0, 0, vk::DescriptorType::eStorageBuffer, {}, infos),
                                     nullptr);

    const vk::raii::CommandBuffer& commands = m_work.commands;
    commands.bindPipeline(vk::PipelineBindPoint::eCompute, *compiled.pipeline);
    commands.bindDescriptorSets(vk::PipelineBindPoint::eCompute, *compiled.layout, 0, set, nullptr);
    if (!command.data.empty())
        commands.pushConstants<std::byte>(
            *compiled.layout, vk::ShaderStageFlagBits::eCompute, 0,
            vk::ArrayProxy<const std::byte>(static_cast<std::uint32_t>(command.data.size()), command.data.data()));
    commands.dispatch(command.groups[0], command.groups[1], command.groups[2]);
}

/// A set comes from the newest pool; where that is used up, from another new one.
vk::DescriptorSet Encoder::newSet(const vk::raii::DescriptorSetLayout& layout) {
    VkDescriptorSet set = VK_NULL_HANDLE;
    const VkDescriptorSetLayout wanted = *layout;
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!m_work.descriptorPools.empty()) {
            const VkDescriptorSetAllocateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, nullptr,
                                                   *m_work.descriptorPools.back(), 1, &wanted};
            if (m_on.device.getDispatcher()->vkAllocateDescriptorSets(*m_on.device, &info, &set) == VK_SUCCESS)
                return set;
        }
        const vk::DescriptorPoolSize size(vk::DescriptorType::eStorageBuffer, setsPerPool * buffersPerSet);
        m_work.descriptorPools.push_back(m_on.device.createDescriptorPool({{}, setsPerPool, size}));
    }
    throw vk::OutOfDeviceMemoryError("no room for descriptors");
}

}  // namespace attnscope::vulkan
