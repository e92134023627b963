#pragma once

#include "eval/backend.h"

#include <cstdint>

namespace attnscope {

/// The reference backend, as makeCpuBackend() of backend.h makes it with half of the machine's memory: values that one
/// run must hold at the same time may take `mostBytes`. A run that needs more is refused before it begins, since a
/// system that runs out of memory ends the process rather than fail an allocation.
[[nodiscard]] std::shared_ptr<Backend> makeCpuBackend(std::uint64_t mostBytes);

}  // namespace attnscope
