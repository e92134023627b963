#pragma once

#include <sys/wait.h>
#include <cerrno>

namespace attnscope::test {

/// No process is left behind, not even a dead one that nobody asked about.
[[nodiscard]] inline bool hasNoChildren() {
    return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

}  // namespace attnscope::test
