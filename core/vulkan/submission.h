#pragma once

#include "vulkan/handles.h"
#include "vulkan/recorder.h"

namespace attnscope::vulkan {

/// What a submission needs until it is done. Members are destroyed from the last to the first.
struct Submission::Handles {
    std::shared_ptr<Device> device;
    std::vector<BufferPtr> buffers;
    vk::raii::CommandPool commandPool{nullptr};
    vk::raii::CommandBuffer commands{nullptr};
    std::vector<vk::raii::DescriptorPool> descriptorPools;
    vk::raii::QueryPool marks{nullptr};
    std::uint32_t markCount = 0;
    std::uint32_t marksAllowed = 0;
    vk::raii::Fence fence{nullptr};
};

}  // namespace attnscope::vulkan
