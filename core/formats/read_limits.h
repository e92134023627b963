#pragma once

#include <cstdint>

namespace attnscope {

/// What reading a file may cost. It grows with the file, so that a small one cannot ask for much.
struct ReadLimits {
    std::uint64_t tensorBytes = 0;    ///< all weights together, as float32
    std::uint64_t documentBytes = 0;  ///< configs, names and everything else that is text
    std::uint64_t memoryBytes = 0;    ///< address space of the process that reads, the mapped file included
    std::uint64_t cpuSeconds = 0;     ///< computing
    std::uint64_t wallSeconds = 0;    ///< from start to end: a file on a slow network may take its time
};

/// The limits for a file of this size: for 1 MiB 145 MiB of weights, 338 MiB of memory and 8 seconds.
[[nodiscard]] ReadLimits readLimits(std::uint64_t fileBytes);

}  // namespace attnscope
