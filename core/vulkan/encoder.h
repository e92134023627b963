#pragma once

#include "vulkan/submission.h"

#include <map>
#include <span>
#include <vector>

namespace attnscope::vulkan {

/// One recorded command.
struct Recorder::Command {
    enum class Kind { Dispatch, Copy, Fill, Update, Mark };
    Kind kind = Kind::Mark;
    std::vector<Binding> uses{};
    const Pipeline* pipeline = nullptr;  ///< of a dispatch
    Groups groups{};                     ///< of a dispatch
    std::vector<std::byte> data{};       ///< push constants of a dispatch, what an update writes
    std::uint64_t bytes = 0;             ///< of a copy
    std::uint32_t word = 0;              ///< of a fill
};

/// Makes a command buffer of recorded commands: gives transient buffers their place, puts barriers between commands
/// that would clash, writes descriptors. What Vulkan throws is thrown.
class Encoder {
public:
    Encoder(Device::Handles& on, Submission::Handles& work) : m_on(on), m_work(work) {}

    /// Errors of code Limit: no memory for the transient buffers.
    [[nodiscard]] Status place(std::span<const Recorder::Command> commands);
    void encode(std::span<const Recorder::Command> commands);

private:
    [[nodiscard]] const MemoryRange& rangeOf(const BufferPtr& buffer) const;
    void barrier();
    /// A barrier, if a command that uses these must wait for commands since the last one.
    void order(std::span<const Binding> uses);
    void encode(const Recorder::Command& command);
    void dispatch(const Recorder::Command& command);
    [[nodiscard]] vk::DescriptorSet newSet(const vk::raii::DescriptorSetLayout& layout);

    Device::Handles& m_on;
    Submission::Handles& m_work;
    std::map<const Buffer*, MemoryRange> m_placed;  ///< transient buffers
    /// What the commands since the last barrier read and wrote.
    std::vector<MemoryRange> m_read;
    std::vector<MemoryRange> m_written;
};

}  // namespace attnscope::vulkan
