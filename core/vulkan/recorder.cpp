#include "vulkan/recorder.h"

#include "vulkan/encoder.h"

#include <algorithm>
#include <cassert>

namespace attnscope::vulkan {

Recorder::Recorder(std::shared_ptr<Device> device, std::uint32_t marks)
    : m_device(std::move(device)), m_marksAllowed(marks) {}
Recorder::Recorder(Recorder&&) noexcept = default;
Recorder::~Recorder() = default;

Result<Recorder> Recorder::begin(std::shared_ptr<Device> device, std::uint32_t marks) {
    if (device->lost()) return fail(ErrorCode::DeviceLost, device->info().name + " was lost");
    return Recorder(std::move(device), marks);
}

Status Recorder::dispatch(const Kernel& kernel, std::span<const Binding> bindings, std::span<const std::byte> push,
                          const Groups& groups) {
    assert(bindings.size() == kernel.buffers && push.size() == kernel.pushBytes);
    const DeviceInfo& info = m_device->info();
    if (std::ranges::any_of(groups, [&](std::uint32_t count) { return count == 0 || count > info.maxWorkgroupCount; }))
        return fail(ErrorCode::Limit, std::string(kernel.name) + " needs more workgroups than " + info.name + " runs");
    Command command{Command::Kind::Dispatch, {bindings.begin(), bindings.end()}};
    ATTN_TRY(command.pipeline, m_device->pipeline(kernel));
    command.groups = groups;
    command.data.assign(push.begin(), push.end());
    m_commands.push_back(std::move(command));
    return {};
}

void Recorder::copy(const BufferPtr& from, const BufferPtr& to, std::uint64_t bytes) {
    Command command{Command::Kind::Copy, {{from, false}, {to, true}}};
    command.bytes = bytes;
    m_commands.push_back(std::move(command));
}

void Recorder::fill(const BufferPtr& buffer, std::uint32_t word) {
    Command command{Command::Kind::Fill, {{buffer, true}}};
    command.word = word;
    m_commands.push_back(std::move(command));
}

void Recorder::update(const BufferPtr& buffer, std::span<const std::byte> bytes) {
    Command command{Command::Kind::Update, {{buffer, true}}};
    command.data.assign(bytes.begin(), bytes.end());
    m_commands.push_back(std::move(command));
}

void Recorder::mark() {
    m_commands.push_back({Command::Kind::Mark, {}});
}

Result<Submission> Recorder::submit() && {
    Device::Handles& on = m_device->handles();
    return guarded(on, "compute on " + on.info.name, [&]() -> Result<Submission> {
        auto work = std::make_unique<Submission::Handles>();
        work->device = m_device;
        work->commandPool = on.device.createCommandPool({vk::CommandPoolCreateFlagBits::eTransient, on.family});
        work->commands = std::move(
            on.device.allocateCommandBuffers({*work->commandPool, vk::CommandBufferLevel::ePrimary, 1}).front());
        Encoder encoder(on, *work);
        ATTN_CHECK(encoder.place(m_commands));

        work->commands.begin({vk::CommandBufferUsageFlagBits::eOneTimeSubmit});
        if (m_marksAllowed > 0 && on.timestampBits > 0) {
            work->marksAllowed = m_marksAllowed;
            work->marks = on.device.createQueryPool({{}, vk::QueryType::eTimestamp, m_marksAllowed});
            work->commands.resetQueryPool(*work->marks, 0, m_marksAllowed);
        }
        encoder.encode(m_commands);
        // What the processor reads afterwards.
        using Stage = vk::PipelineStageFlagBits;
        work->commands.pipelineBarrier(
            Stage::eComputeShader | Stage::eTransfer, Stage::eHost, {},
            vk::MemoryBarrier(vk::AccessFlagBits::eTransferWrite | vk::AccessFlagBits::eShaderWrite,
                              vk::AccessFlagBits::eHostRead),
            nullptr, nullptr);
        work->commands.end();
        work->fence = on.device.createFence({});
        const int number = ++on.submissions;
        const DeviceFaults& faults = on.options.faults;
        if (number == faults.submissionThatFails) throw vk::OutOfDeviceMemoryError("injected");
        if (faults.submissionThatIsLost != 0 && number >= faults.submissionThatIsLost)
            throw vk::DeviceLostError("injected");
        const std::lock_guard lock(on.queueMutex);
        on.queue.submit(vk::SubmitInfo({}, {}, *work->commands), *work->fence);
        return Submission(std::move(work));
    });
}

}  // namespace attnscope::vulkan
