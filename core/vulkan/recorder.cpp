#include "vulkan/recorder.h"

#include "vulkan/memory_block.h"
#include "vulkan/pipeline_handles.h"
#include "vulkan/submission.h"

#include <algorithm>
#include <cassert>

namespace attnscope::vulkan {
namespace {

constexpr std::uint32_t setsPerPool = 256;
constexpr std::uint32_t buffersPerSet = 8;      // on average far fewer
constexpr std::uint64_t largestUpdate = 65536;  // vkCmdUpdateBuffer's

/// Waits for everything before it that computes or copies.
void barrier(const vk::raii::CommandBuffer& commands) {
    using Access = vk::AccessFlagBits;
    using Stage = vk::PipelineStageFlagBits;
    const vk::AccessFlags written = Access::eShaderWrite | Access::eTransferWrite;
    const vk::AccessFlags used = written | Access::eShaderRead | Access::eTransferRead;
    const vk::PipelineStageFlags stages = Stage::eComputeShader | Stage::eTransfer;
    commands.pipelineBarrier(stages, stages, {}, vk::MemoryBarrier(written, used), nullptr, nullptr);
}

}  // namespace

/// What the commands since the last barrier read and wrote.
struct Recorder::Hazards {
    std::vector<MemoryRange> read;
    std::vector<MemoryRange> written;

    static bool touches(const std::vector<MemoryRange>& ranges, const MemoryRange& range) {
        return std::ranges::any_of(ranges, [&](const MemoryRange& other) {
            return other.block == range.block && other.offset < range.offset + range.bytes &&
                   range.offset < other.offset + other.bytes;
        });
    }
};

Recorder::Recorder(std::shared_ptr<Device> device)
    : m_device(std::move(device)),
      m_work(std::make_unique<Submission::Handles>()),
      m_hazards(std::make_unique<Hazards>()) {
    m_work->device = m_device;
}
Recorder::Recorder(Recorder&&) noexcept = default;
Recorder::~Recorder() = default;

Result<Recorder> Recorder::begin(std::shared_ptr<Device> device, std::uint32_t marks) {
    Device::Handles& on = device->handles();
    if (on.lost) return fail(ErrorCode::DeviceLost, on.info.name + " was lost");
    return guarded(on, "record for " + on.info.name, [&]() -> Result<Recorder> {
        Recorder recorder(std::move(device));
        Submission::Handles& work = *recorder.m_work;
        work.commandPool = on.device.createCommandPool({vk::CommandPoolCreateFlagBits::eTransient, on.family});
        work.commands = std::move(
            on.device.allocateCommandBuffers({*work.commandPool, vk::CommandBufferLevel::ePrimary, 1}).front());
        work.commands.begin({vk::CommandBufferUsageFlagBits::eOneTimeSubmit});
        if (marks > 0 && on.timestampBits > 0) {
            work.marksAllowed = marks;
            work.marks = on.device.createQueryPool({{}, vk::QueryType::eTimestamp, marks});
            work.commands.resetQueryPool(*work.marks, 0, marks);
        }
        barrier(work.commands);  // what earlier submissions wrote is seen here
        return recorder;
    });
}

void Recorder::order(std::span<const Binding> uses) {
    Hazards& hazards = *m_hazards;
    const bool clash = std::ranges::any_of(uses, [&](const Binding& use) {
        const MemoryRange& range = use.buffer->range();
        return Hazards::touches(hazards.written, range) || (use.written && Hazards::touches(hazards.read, range));
    });
    if (clash) {
        barrier(m_work->commands);
        hazards.read.clear();
        hazards.written.clear();
    }
    for (const Binding& use : uses) {
        (use.written ? hazards.written : hazards.read).push_back(use.buffer->range());
        m_work->buffers.push_back(use.buffer);
    }
}

Status Recorder::addDescriptorPool() {
    Device::Handles& on = m_device->handles();
    return guarded(on, "record for " + on.info.name, [&]() -> Status {
        const vk::DescriptorPoolSize size(vk::DescriptorType::eStorageBuffer, setsPerPool * buffersPerSet);
        m_work->descriptorPools.push_back(on.device.createDescriptorPool({{}, setsPerPool, size}));
        return {};
    });
}

Status Recorder::dispatch(const Kernel& kernel, std::span<const Binding> bindings, std::span<const std::byte> push,
                          const Groups& groups) {
    assert(bindings.size() == kernel.buffers && push.size() == kernel.pushBytes);
    Device::Handles& on = m_device->handles();
    if (std::ranges::any_of(groups,
                            [&](std::uint32_t count) { return count == 0 || count > on.info.maxWorkgroupCount; }))
        return fail(ErrorCode::Limit,
                    std::string(kernel.name) + " needs more workgroups than " + on.info.name + " runs");
    ATTN_TRY(const Pipeline* pipeline, m_device->pipeline(kernel));
    const Pipeline::Handles& compiled = pipeline->handles();
    if (m_work->descriptorPools.empty()) ATTN_CHECK(addDescriptorPool());

    // A set comes from the newest pool; where that is used up, from another new one.
    VkDescriptorSet set = VK_NULL_HANDLE;
    const VkDescriptorSetLayout layout = *compiled.setLayout;
    const auto allocate = [&] {
        const VkDescriptorSetAllocateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, nullptr,
                                               *m_work->descriptorPools.back(), 1, &layout};
        return on.device.getDispatcher()->vkAllocateDescriptorSets(*on.device, &info, &set);
    };
    if (allocate() != VK_SUCCESS) {
        ATTN_CHECK(addDescriptorPool());
        if (allocate() != VK_SUCCESS) return fail(ErrorCode::Limit, on.info.name + " has no room for descriptors");
    }
    std::vector<vk::DescriptorBufferInfo> infos;
    for (const Binding& binding : bindings) {
        const MemoryRange& range = binding.buffer->range();
        infos.emplace_back(*range.block->buffer, range.offset, range.bytes);
    }
    const vk::WriteDescriptorSet write(set, 0, 0, vk::DescriptorType::eStorageBuffer, {}, infos);
    on.device.updateDescriptorSets(write, nullptr);

    order(bindings);
    const vk::raii::CommandBuffer& commands = m_work->commands;
    commands.bindPipeline(vk::PipelineBindPoint::eCompute, *compiled.pipeline);
    commands.bindDescriptorSets(vk::PipelineBindPoint::eCompute, *compiled.layout, 0, vk::DescriptorSet(set), nullptr);
    if (!push.empty())
        commands.pushConstants<std::byte>(
            *compiled.layout, vk::ShaderStageFlagBits::eCompute, 0,
            vk::ArrayProxy<const std::byte>(static_cast<std::uint32_t>(push.size()), push.data()));
    commands.dispatch(groups[0], groups[1], groups[2]);
    return {};
}

void Recorder::copy(const BufferPtr& from, const BufferPtr& to, std::uint64_t bytes) {
    order(std::array{Binding{from, false}, Binding{to, true}});
    m_work->commands.copyBuffer(*from->range().block->buffer, *to->range().block->buffer,
                                vk::BufferCopy(from->range().offset, to->range().offset, bytes));
}

void Recorder::fill(const BufferPtr& buffer, std::uint32_t word) {
    order(std::array{Binding{buffer, true}});
    const MemoryRange& range = buffer->range();
    m_work->commands.fillBuffer(*range.block->buffer, range.offset, range.bytes, word);
}

void Recorder::update(const BufferPtr& buffer, std::span<const std::byte> bytes) {
    order(std::array{Binding{buffer, true}});
    const MemoryRange& range = buffer->range();
    for (std::uint64_t done = 0; done < bytes.size(); done += largestUpdate) {
        const std::uint64_t count = std::min<std::uint64_t>(largestUpdate, bytes.size() - done);
        m_work->commands.updateBuffer<std::byte>(
            *range.block->buffer, range.offset + done,
            vk::ArrayProxy<const std::byte>(static_cast<std::uint32_t>(count), bytes.data() + done));
    }
}

void Recorder::mark() {
    if (m_work->markCount >= m_work->marksAllowed) return;
    barrier(m_work->commands);
    m_hazards->read.clear();
    m_hazards->written.clear();
    m_work->commands.writeTimestamp(vk::PipelineStageFlagBits::eBottomOfPipe, *m_work->marks, m_work->markCount++);
}

Result<Submission> Recorder::submit() && {
    Device::Handles& on = m_device->handles();
    return guarded(on, "compute on " + on.info.name, [&]() -> Result<Submission> {
        using Stage = vk::PipelineStageFlagBits;
        // What the processor reads afterwards.
        m_work->commands.pipelineBarrier(
            Stage::eComputeShader | Stage::eTransfer, Stage::eHost, {},
            vk::MemoryBarrier(vk::AccessFlagBits::eTransferWrite | vk::AccessFlagBits::eShaderWrite,
                              vk::AccessFlagBits::eHostRead),
            nullptr, nullptr);
        m_work->commands.end();
        m_work->fence = on.device.createFence({});
        const int number = ++on.submissions;
        const DeviceFaults& faults = on.options.faults;
        if (number == faults.submissionThatFails) throw vk::OutOfDeviceMemoryError("injected");
        if (faults.submissionThatIsLost != 0 && number >= faults.submissionThatIsLost)
            throw vk::DeviceLostError("injected");
        const std::lock_guard lock(on.queueMutex);
        on.queue.submit(vk::SubmitInfo({}, {}, *m_work->commands), *m_work->fence);
        return Submission(std::move(m_work));
    });
}

}  // namespace attnscope::vulkan
