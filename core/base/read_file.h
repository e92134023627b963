#pragma once

#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace attnscope {

/// The bytes of a file of at most `limit` bytes. Errors: NotFound, Io, Limit; they do not repeat the path.
[[nodiscard]] Result<std::string> readBytes(const std::filesystem::path& path, std::size_t limit);

/// The extension in lower case with its dot: ".csv"; empty if there is none.
[[nodiscard]] std::string lowerExtension(const std::filesystem::path& path);

/// Refuses what only Python can read (pickles, PyTorch files), naming what to export instead.
[[nodiscard]] Status refuseExecutable(std::string_view bytes, const std::string& extension, std::string_view exportTo);

}  // namespace attnscope
