#pragma once

#include "base/error.h"

#include <optional>
#include <string_view>

namespace attnscope {

/// What to tell about a file that no reader takes, from its first bytes and its name; none if nothing is known about
/// it.
[[nodiscard]] std::optional<Error> knownButUnsupported(std::string_view head, std::string_view path);

}  // namespace attnscope
