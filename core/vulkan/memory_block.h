#pragma once

#include <vulkan/vulkan_raii.hpp>

#include <cstddef>
#include <cstdint>
#include <map>

namespace attnscope::vulkan {

/// One allocation with one buffer over all of it.
struct MemoryBlock {
    vk::raii::DeviceMemory memory{nullptr};
    vk::raii::Buffer buffer{nullptr};
    std::uint64_t bytes = 0;
    std::byte* mapped = nullptr;                  ///< where the processor sees it; nullptr if it does not
    std::map<std::uint64_t, std::uint64_t> free;  ///< offset → bytes; neighbours are joined
};

}  // namespace attnscope::vulkan
