#pragma once

#include <cstdint>

namespace attnscope {

/// Bytes of memory that this process may hope for: what the machine has, or its control group if that has less. 8 GiB
/// where the system does not say.
[[nodiscard]] std::uint64_t machineMemory();

}  // namespace attnscope
