#pragma once

#include "vulkan/buffer.h"

#include <cstdint>
#include <list>
#include <map>
#include <mutex>

namespace attnscope::vulkan {

struct MemoryBlock;

/// A range within a block.
struct MemoryRange {
    MemoryBlock* block = nullptr;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;  ///< rounded up to the device's alignment
};

/// Hands out ranges of few large blocks of one kind of memory, first fit; a block that is empty again is given back
/// when there is another one.
class MemoryPool {
public:
    MemoryPool(Device::Handles& handles, MemoryUse use);
    ~MemoryPool();
    MemoryPool(const MemoryPool&) = delete;
    MemoryPool& operator=(const MemoryPool&) = delete;

    /// Errors of code Limit: more than the device has left, or than one buffer may hold.
    [[nodiscard]] Result<MemoryRange> allocate(std::uint64_t bytes);
    void release(const MemoryRange& range);

private:
    [[nodiscard]] Result<MemoryBlock*> addBlock(std::uint64_t bytes);
    [[nodiscard]] std::optional<std::uint32_t> memoryType(std::uint32_t allowed) const;

    Device::Handles& m_handles;
    MemoryUse m_use;
    std::mutex m_mutex;
    std::list<MemoryBlock> m_blocks;
};

}  // namespace attnscope::vulkan
