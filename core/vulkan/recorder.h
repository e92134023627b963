#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "vulkan/buffer.h"
#include "vulkan/pipeline.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace attnscope::vulkan {

/// A storage buffer as one dispatch uses it.
struct Binding {
    BufferPtr buffer;
    bool written = false;  ///< false: only read
};

using Groups = std::array<std::uint32_t, 3>;

/// Work that the device was given. Holds every buffer it touches; waits before it lets go of them.
class Submission {
public:
    struct Handles;

    Submission(Submission&&) noexcept;
    Submission& operator=(Submission&&) noexcept;
    Submission(const Submission&) = delete;
    Submission& operator=(const Submission&) = delete;
    ~Submission();

    /// Waits for the device, looking at `cancel` now and then. Errors: code Cancelled (the device goes on working; keep
    /// the submission until it is done), code DeviceLost.
    [[nodiscard]] Status wait(const CancelToken& cancel);
    [[nodiscard]] bool done() const;
    /// Microseconds between one Recorder::mark and the next; empty if the device cannot tell.
    [[nodiscard]] std::vector<double> microsecondsBetweenMarks() const;

private:
    friend class Recorder;
    explicit Submission(std::unique_ptr<Handles> handles);
    std::unique_ptr<Handles> m_handles;
};

/// Records one command buffer: first as a list, from which submit() sees how long transient buffers live; their memory
/// is asked for there, at once, before the device is given anything. A command waits for earlier ones only where it
/// reads what they write, or writes what they use.
class Recorder {
public:
    struct Command;

    /// `marks` is how often mark() may be called.
    [[nodiscard]] static Result<Recorder> begin(std::shared_ptr<Device> device, std::uint32_t marks = 0);
    Recorder(Recorder&&) noexcept;
    Recorder& operator=(Recorder&&) noexcept = delete;
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    ~Recorder();

    /// Runs a kernel; its buffers and push constants are as the kernel says.
    /// Errors: code Device (the shader is refused), code Limit (too many groups or no memory).
    [[nodiscard]] Status dispatch(const Kernel& kernel, std::span<const Binding> bindings,
                                  std::span<const std::byte> push, const Groups& groups);
    /// Copies `bytes` from the start of one buffer to the start of another.
    void copy(const BufferPtr& from, const BufferPtr& to, std::uint64_t bytes);
    /// Sets every 32-bit word of the buffer.
    void fill(const BufferPtr& buffer, std::uint32_t word);
    /// Writes a few numbers that the processor knows, a multiple of 4 bytes, into the buffer.
    void update(const BufferPtr& buffer, std::span<const std::byte> bytes);
    /// Takes the time after everything so far; everything after waits for it.
    void mark();

    /// Ends the recording and hands it to the device. Errors: code DeviceLost, code Limit.
    [[nodiscard]] Result<Submission> submit() &&;

private:
    Recorder(std::shared_ptr<Device> device, std::uint32_t marks);

    std::shared_ptr<Device> m_device;
    std::uint32_t m_marksAllowed = 0;
    std::vector<Command> m_commands;
};

}  // namespace attnscope::vulkan
