#include "vulkan/memory_pool.h"

#include "vulkan/handles.h"
#include "vulkan/memory_block.h"

#include <algorithm>

namespace attnscope::vulkan {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

bool hostVisible(MemoryUse use) {
    return use == MemoryUse::Upload || use == MemoryUse::ReadBack;
}

/// Large enough that a model takes few of them, small enough to have several on a small device.
std::uint64_t usualBlockBytes(MemoryUse use) {
    return (hostVisible(use) ? 16 : 64) * mebibyte;
}

std::uint64_t roundedUp(std::uint64_t bytes, std::uint64_t multiple) {
    return (bytes + multiple - 1) / multiple * multiple;
}

}  // namespace

MemoryPool::MemoryPool(Device::Handles& handles, MemoryUse use) : m_handles(handles), m_use(use) {}
MemoryPool::~MemoryPool() = default;

Result<MemoryRange> MemoryPool::allocate(std::uint64_t bytes) {
    const std::lock_guard lock(m_mutex);
    bytes = roundedUp(std::max<std::uint64_t>(bytes, 1), m_handles.alignment);
    const auto take = [&](MemoryBlock& block) -> std::optional<MemoryRange> {
        const auto gap = std::ranges::find_if(block.free, [&](const auto& free) { return free.second >= bytes; });
        if (gap == block.free.end()) return std::nullopt;
        const auto [offset, size] = *gap;
        block.free.erase(gap);
        if (size > bytes) block.free.emplace(offset + bytes, size - bytes);
        return MemoryRange{&block, offset, bytes};
    };
    std::optional<MemoryRange> range;
    for (auto block = m_blocks.begin(); block != m_blocks.end() && !range; ++block) range = take(*block);
    if (!range) {
        ATTN_TRY(MemoryBlock * block, addBlock(bytes));
        range = take(*block);
    }
    if (!hostVisible(m_use)) {
        const std::uint64_t used = m_handles.usedBytes += bytes;
        std::uint64_t most = m_handles.mostUsedBytes;
        while (most < used && !m_handles.mostUsedBytes.compare_exchange_weak(most, used)) {}
    }
    return *range;
}

void MemoryPool::release(const MemoryRange& range) {
    const std::lock_guard lock(m_mutex);
    if (!hostVisible(m_use)) m_handles.usedBytes -= range.bytes;
    auto& free = range.block->free;
    auto [place, inserted] = free.emplace(range.offset, range.bytes);
    if (const auto next = std::next(place); next != free.end() && place->first + place->second == next->first) {
        place->second += next->second;
        free.erase(next);
    }
    if (place != free.begin()) {
        const auto previous = std::prev(place);
        if (previous->first + previous->second == place->first) {
            previous->second += place->second;
            free.erase(place);
        }
    }
    const bool empty = free.size() == 1 && free.begin()->second == range.block->bytes;
    if (!empty || m_blocks.size() == 1) return;
    m_handles.allocatedBytes -= range.block->bytes;
    m_blocks.remove_if([&](const MemoryBlock& block) { return &block == range.block; });
}

std::optional<std::uint32_t> MemoryPool::memoryType(std::uint32_t allowed) const {
    using Flag = vk::MemoryPropertyFlagBits;
    const vk::MemoryPropertyFlags host = Flag::eHostVisible | Flag::eHostCoherent;
    std::vector<vk::MemoryPropertyFlags> wishes;  // best first
    if (m_use == MemoryUse::ReadBack) wishes.push_back(host | Flag::eHostCached);
    wishes.push_back(hostVisible(m_use) ? host : vk::MemoryPropertyFlags(Flag::eDeviceLocal));
    const auto& properties = m_handles.memoryProperties;
    for (const vk::MemoryPropertyFlags wish : wishes) {
        for (std::uint32_t type = 0; type < properties.memoryTypeCount; ++type)
            if ((allowed >> type & 1U) != 0 && (properties.memoryTypes[type].propertyFlags & wish) == wish) return type;
    }
    return std::nullopt;
}

Result<MemoryBlock*> MemoryPool::addBlock(std::uint64_t bytes) {
    const std::string wanted = std::to_string(bytes / mebibyte) + " MiB";
    if (bytes > m_handles.maxBlockBytes)
        return fail(ErrorCode::Limit, "a value of " + wanted + " is more than " + m_handles.info.name + " takes, " +
                                          std::to_string(m_handles.maxBlockBytes / mebibyte) + " MiB");
    const int faulty = m_handles.options.faults.allocationThatFails;
    if (const int number = ++m_handles.allocations; faulty != 0 && number >= faulty)
        return fail(ErrorCode::Limit, m_handles.info.name + " is out of memory");
    return guarded(m_handles, "allocate " + wanted + " on " + m_handles.info.name, [&]() -> Result<MemoryBlock*> {
        std::uint64_t size = std::min(std::max(bytes, usualBlockBytes(m_use)), m_handles.maxBlockBytes);
        if (!hostVisible(m_use)) {
            const std::uint64_t available = memoryOf(m_handles).available;
            if (size > available) size = bytes;
            if (size > available)
                return fail(ErrorCode::Limit, m_handles.info.name + " has " + std::to_string(available / mebibyte) +
                                                  " MiB left, " + wanted + " are needed");
        }
        using Usage = vk::BufferUsageFlagBits;
        vk::BufferUsageFlags usage = Usage::eTransferSrc | Usage::eTransferDst;
        if (!hostVisible(m_use)) usage |= Usage::eStorageBuffer;
        MemoryBlock block;
        block.bytes = size;
        block.buffer = m_handles.device.createBuffer({{}, size, usage, vk::SharingMode::eExclusive});
        const vk::MemoryRequirements needs = block.buffer.getMemoryRequirements();
        const auto type = memoryType(needs.memoryTypeBits);
        if (!type) return fail(ErrorCode::Device, m_handles.info.name + " has no memory for buffers");
        block.memory = m_handles.device.allocateMemory({needs.size, *type});
        block.buffer.bindMemory(*block.memory, 0);
        if (hostVisible(m_use)) block.mapped = static_cast<std::byte*>(block.memory.mapMemory(0, VK_WHOLE_SIZE));
        block.free.emplace(0, size);
        m_blocks.push_back(std::move(block));
        m_handles.allocatedBytes += size;
        return &m_blocks.back();
    });
}

}  // namespace attnscope::vulkan
