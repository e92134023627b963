#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace attnscope {

/// The bytes of a file of at most `limit` bytes; also of what a shell hands over (/dev/stdin, /dev/fd/N). Never waits
/// for another pipe. Errors: NotFound; Io, also for a folder, a named pipe or a device; Limit. They do not repeat the
/// path.
[[nodiscard]] Result<std::string> readBytes(const std::filesystem::path& path, std::size_t limit);

/// A number of bytes for messages: "24 bytes", "4096 MiB".
[[nodiscard]] std::string bytesText(std::uint64_t bytes);

/// The extension in lower case with its dot: ".csv"; empty if there is none.
[[nodiscard]] std::string lowerExtension(const std::filesystem::path& path);

/// Refuses what only Python can read (pickles, PyTorch files), naming what to export instead.
[[nodiscard]] Status refuseExecutable(std::string_view bytes, const std::string& extension, std::string_view exportTo);

}  // namespace attnscope
