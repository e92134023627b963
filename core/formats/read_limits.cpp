#include "formats/read_limits.h"

#include <algorithm>

namespace attnscope {

namespace {

constexpr std::uint64_t mebibyte = 1U << 20U;
constexpr std::uint64_t gibibyte = 1U << 30U;

}  // namespace

ReadLimits readLimits(std::uint64_t fileBytes) {
    const std::uint64_t bytes = std::min(fileBytes, 64 * gibibyte);
    ReadLimits limits;
    // Keras does not compress; float16 doubles on the way to float32, int8 fourfold.
    limits.tensorBytes = std::min(128 * mebibyte + 16 * bytes, 4 * gibibyte);
    // JSON in memory takes up to about twenty times its text.
    limits.documentBytes = std::min(8 * mebibyte + 4 * bytes, 64 * mebibyte);
    limits.memoryBytes = 192 * mebibyte + bytes + limits.tensorBytes;
    limits.cpuSeconds = 6 + bytes / (16 * mebibyte);
    limits.wallSeconds = 8 + bytes / (4 * mebibyte);
    return limits;
}

}  // namespace attnscope
