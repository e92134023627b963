#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace attnscope::vulkan {

/// The program's folder for what can be made again: $XDG_CACHE_HOME/attnscope or ~/.cache/attnscope; empty if neither
/// is known.
[[nodiscard]] std::filesystem::path userCacheFolder();

/// Reads what writeCacheFile wrote; nothing if the file is not there, is not whole or was changed, for drivers trust
/// it.
[[nodiscard]] std::vector<std::uint8_t> readCacheFile(const std::filesystem::path& path);

/// Writes the file as a whole or not at all; what cannot be written is only not kept.
void writeCacheFile(const std::filesystem::path& path, std::span<const std::uint8_t> data);

}  // namespace attnscope::vulkan
