#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace attnscope {

/// Writes a file as a whole: one that exists is replaced, or left as it was if anything fails. What is not a file (a
/// pipe, a device) cannot be replaced and is written to directly. Errors: Io, naming the path and the reason.
[[nodiscard]] Status writeFile(const std::string& path, std::string_view bytes);

}  // namespace attnscope
