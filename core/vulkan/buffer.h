#pragma once

#include "base/result.h"
#include "vulkan/device.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace attnscope::vulkan {

enum class MemoryUse {
    Weights,      ///< on the device, for long
    Activations,  ///< on the device, for one evaluation or until forgotten
    Upload,       ///< seen by the processor, which writes it
    ReadBack,     ///< seen by the processor, which reads it
};

struct MemoryRange;

/// A range of the device's memory; given back when it goes. Whoever lets it go knows that the device is done with it
/// (a Submission holds what it uses).
class Buffer {
public:
    /// Errors of code Limit: the device has no memory left, or one buffer may not be so large.
    [[nodiscard]] static Result<std::shared_ptr<const Buffer>> allocate(std::shared_ptr<Device> device, MemoryUse use,
                                                                        std::uint64_t bytes);
    /// Memory on the device for the time of one recording: it has no place until Recorder::submit() knows from which
    /// command to which it is used, and before and after that other buffers lie there.
    [[nodiscard]] static std::shared_ptr<const Buffer> transient(std::uint64_t bytes);
    ~Buffer();
    Buffer(Buffer&&) noexcept;
    Buffer& operator=(Buffer&&) = delete;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }
    /// Where the processor sees it; only for Upload and ReadBack.
    [[nodiscard]] std::span<std::byte> mapped() const;
    [[nodiscard]] bool isTransient() const { return m_range == nullptr; }
    /// Not of a transient buffer.
    [[nodiscard]] const MemoryRange& range() const { return *m_range; }

private:
    Buffer(std::shared_ptr<Device> device, MemoryUse use, std::unique_ptr<MemoryRange> range, std::uint64_t bytes);
    std::shared_ptr<Device> m_device;
    MemoryUse m_use;
    std::unique_ptr<MemoryRange> m_range;
    std::uint64_t m_bytes;
};
using BufferPtr = std::shared_ptr<const Buffer>;

}  // namespace attnscope::vulkan
