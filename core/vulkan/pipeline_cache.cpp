#include "vulkan/pipeline_cache.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <system_error>

namespace attnscope::vulkan {
namespace {

constexpr std::uintmax_t largestFile = std::uintmax_t{64} << 20U;

/// FNV-1a, 64 bits: finds a torn or damaged file; it is no protection against a forged one.
std::uint64_t checksum(std::span<const std::uint8_t> data) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const std::uint8_t byte : data) hash = (hash ^ byte) * 0x100000001b3U;
    return hash;
}

}  // namespace

std::filesystem::path userCacheFolder() {
    if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder != nullptr && *folder == '/')
        return std::filesystem::path(folder) / "attnscope";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
        return std::filesystem::path(home) / ".cache" / "attnscope";
    return {};
}

std::vector<std::uint8_t> readCacheFile(const std::filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(path, error);
    if (error || bytes < sizeof(std::uint64_t) || bytes > largestFile) return {};
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> data{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (data.size() < sizeof(std::uint64_t)) return {};
    std::uint64_t expected = 0;
    std::memcpy(&expected, data.data() + data.size() - sizeof(expected), sizeof(expected));
    data.resize(data.size() - sizeof(expected));
    return checksum(data) == expected ? data : std::vector<std::uint8_t>();
}

void writeCacheFile(const std::filesystem::path& path, std::span<const std::uint8_t> data) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    // Another attnscope may write at the same time: each writes a file of its own and moves it into place.
    std::filesystem::path fresh = path;
    fresh += "." + std::to_string(std::random_device()());
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    const std::uint64_t sum = checksum(data);
    file.write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
    file.write(reinterpret_cast<const char*>(&sum), sizeof(sum));
    file.close();
    if (file) std::filesystem::rename(fresh, path, error);
    if (!file || error) std::filesystem::remove(fresh, error);
}

}  // namespace attnscope::vulkan
