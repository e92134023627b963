#pragma once

#include <string>

#include <sys/inotify.h>
#include <unistd.h>

namespace attnscope::test {

/// Hears from the kernel whenever anybody opens one of the files watched (inotify(7)): a trace that nothing was opened.
class Watched {
public:
    Watched() : m_queue(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    ~Watched() { ::close(m_queue); }

    bool add(const std::string& path) { return inotify_add_watch(m_queue, path.c_str(), IN_OPEN | IN_ACCESS) >= 0; }

    /// Whether one was opened or read since the last time this was asked.
    [[nodiscard]] bool wasOpened() {
        alignas(inotify_event) char events[4096];
        return ::read(m_queue, events, sizeof events) > 0;
    }

private:
    int m_queue;
};

}  // namespace attnscope::test
