#include "vulkan/buffer.h"

#include "vulkan/handles.h"
#include "vulkan/memory_block.h"

#include <cassert>

namespace attnscope::vulkan {

Result<BufferPtr> Buffer::allocate(std::shared_ptr<Device> device, MemoryUse use, std::uint64_t bytes) {
    MemoryPool& pool = *device->handles().pools[static_cast<std::size_t>(use)];
    ATTN_TRY(const MemoryRange range, pool.allocate(bytes));
    return BufferPtr(new Buffer(std::move(device), use, std::make_unique<MemoryRange>(range), bytes));
}

BufferPtr Buffer::transient(std::uint64_t bytes) {
    return BufferPtr(new Buffer(nullptr, MemoryUse::Activations, nullptr, bytes));
}

Buffer::Buffer(std::shared_ptr<Device> device, MemoryUse use, std::unique_ptr<MemoryRange> range, std::uint64_t bytes)
    : m_device(std::move(device)), m_use(use), m_range(std::move(range)), m_bytes(bytes) {}

Buffer::Buffer(Buffer&&) noexcept = default;

Buffer::~Buffer() {
    if (m_range) m_device->handles().pools[static_cast<std::size_t>(m_use)]->release(*m_range);
}

std::span<std::byte> Buffer::mapped() const {
    assert(m_range->block->mapped != nullptr);
    return {m_range->block->mapped + m_range->offset, static_cast<std::size_t>(m_bytes)};
}

}  // namespace attnscope::vulkan
