#pragma once

// What the files of this room share and nobody else sees.

#include "vulkan/buffer.h"
#include "vulkan/device.h"
#include "vulkan/memory_pool.h"
#include "vulkan/pipeline.h"

#include <vulkan/vulkan_raii.hpp>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <new>
#include <utility>

namespace attnscope::vulkan {

/// What the validation layers say, from whatever thread.
class MessageList {
public:
    void add(std::string message) {
        const std::lock_guard lock(m_mutex);
        m_messages.push_back(std::move(message));
    }
    [[nodiscard]] std::vector<std::string> all() const {
        const std::lock_guard lock(m_mutex);
        return m_messages;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<std::string> m_messages;
};

/// The loader, an instance and its messages. Members are destroyed from the last to the first.
struct Instance {
    vk::raii::Context context;
    std::unique_ptr<MessageList> messages = std::make_unique<MessageList>();
    vk::raii::Instance instance{nullptr};
    vk::raii::DebugUtilsMessengerEXT messenger{nullptr};
};

/// Errors of code Device: no loader, no driver, no validation layers where they are asked for.
[[nodiscard]] Result<std::unique_ptr<Instance>> createInstance(const DeviceOptions& options);

/// A physical device with what its driver says about it.
[[nodiscard]] DeviceInfo describe(const vk::raii::PhysicalDevice& device);
/// The queue family that computes, best one that does nothing else; nothing if there is none.
[[nodiscard]] std::optional<std::uint32_t> computeFamily(const vk::raii::PhysicalDevice& device);

/// An exception of vulkan.hpp as an Error: Limit for no memory, DeviceLost, otherwise Device.
[[nodiscard]] Error errorOf(const vk::SystemError& exception, std::string_view doing);

struct Device::Handles {
    std::unique_ptr<Instance> instance;
    vk::raii::PhysicalDevice physical{nullptr};
    DeviceInfo info;
    DeviceOptions options;
    std::uint32_t family = 0;
    std::uint32_t timestampBits = 0;
    float timestampPeriod = 1.0F;   ///< nanoseconds
    std::uint64_t alignment = 256;  ///< of a range within a block
    std::uint64_t maxBlockBytes = 0;
    bool tellsBudget = false;
    vk::PhysicalDeviceMemoryProperties memoryProperties;
    vk::raii::Device device{nullptr};
    vk::raii::Queue queue{nullptr};
    std::mutex queueMutex;
    vk::raii::PipelineCache pipelineCache{nullptr};
    std::size_t cacheBytesOnDisk = 0;
    std::mutex pipelineMutex;
    std::map<std::string, std::unique_ptr<Pipeline>> pipelines;
    std::array<std::unique_ptr<MemoryPool>, 4> pools;  ///< by MemoryUse
    std::atomic<bool> lost = false;
    std::atomic<std::uint64_t> allocatedBytes = 0;
    std::atomic<std::uint64_t> usedBytes = 0;  ///< of what is allocated, on the device
    std::atomic<std::uint64_t> mostUsedBytes = 0;
    std::atomic<int> allocations = 0;
    std::atomic<int> submissions = 0;
    std::atomic<int> readBacks = 0;
};

/// What the device still has for us, see Device::memory.
[[nodiscard]] DeviceMemory memoryOf(const Device::Handles& handles);

/// Runs what may throw; exceptions do not leave this room. `doing` begins the message: "cannot <doing>".
template <typename Function>
auto guarded(Device::Handles& handles, std::string_view doing, Function function) -> decltype(function()) {
    try {
        return function();
    } catch (const vk::SystemError& exception) {
        Error error = errorOf(exception, doing);
        if (error.code == ErrorCode::DeviceLost) handles.lost = true;
        return fail(std::move(error));
    } catch (const std::bad_alloc&) {
        return fail(ErrorCode::Limit, "cannot " + std::string(doing) + ": out of memory");
    }
}

}  // namespace attnscope::vulkan
