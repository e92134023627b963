#include "base/machine.h"

#include <algorithm>
#include <fstream>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace attnscope {

std::uint64_t machineMemory() {
    std::uint64_t bytes = std::uint64_t{8} << 30U;
#ifdef _SC_PHYS_PAGES
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long pageSize = sysconf(_SC_PAGESIZE);
    if (pages > 0 && pageSize > 0) bytes = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(pageSize);
#endif
    // A container sees the whole machine; what it may use stands here ("max" where nothing holds it back).
    std::ifstream file("/sys/fs/cgroup/memory.max");
    std::uint64_t group = 0;
    if (file >> group && group > 0) bytes = std::min(bytes, group);
    return bytes;
}

}  // namespace attnscope
