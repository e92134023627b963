#pragma once

#include "base/result.h"

#include <cstdint>

namespace attnscope {

/// What a confined process may still use.
struct SandboxLimits {
    std::uint64_t memoryBytes = 0;  ///< address space, all that is mapped already included
    std::uint64_t cpuSeconds = 0;   ///< computing from its start; then SIGXCPU ends it
};

/// Gives up, for good, whatever this process does not need to make something of bytes that it has in memory. From here
/// on it can compute, take memory, write to standard output and error, and end. For it no file exists; talking to the
/// network, starting or signalling a process, or any other call to the system ends it at once with SIGSYS. It leaves no
/// core dump and ends when its parent does. Other systems than Linux only know an ordinary process: there nothing
/// happens. Must be called while the process has one thread. Errors: the system refuses to confine it.
[[nodiscard]] Status enterSandbox(const SandboxLimits& limits);

}  // namespace attnscope
