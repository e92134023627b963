#pragma once

#include <cstdint>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace attnscope {

/// Multiplications below which a product is not worth a second thread: about 50 µs of one core. Every threaded product
/// ends at a barrier; on a busy machine a small one would wait there for a thread that does not run, many times its own
/// length.
constexpr std::int64_t worthThreads = std::int64_t{1} << 22;

/// Keeps Eigen's products on the calling thread while it lives.
class OneThread {
public:
#ifdef _OPENMP
    OneThread() : m_before(omp_get_max_threads()) {
        omp_set_num_threads(1);
    }
    ~OneThread() {
        omp_set_num_threads(m_before);
    }
#else
    OneThread() = default;
    ~OneThread() = default;
#endif
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

private:
#ifdef _OPENMP
    int m_before;
#endif
};

}  // namespace attnscope
