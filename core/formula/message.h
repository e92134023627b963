#pragma once

#include "base/result.h"
#include "formula/syntax.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// An error of code Formula that begins `NAME:LINE:COLUMN: `.
[[nodiscard]] tl::unexpected<Error> failAt(const std::string& formula, Position position, const std::string& message);

/// Where in the source an error of a formula is; nothing if it does not say.
[[nodiscard]] std::optional<Position> positionOf(const Error& error);

/// `; did you mean 'W'?` for the candidate nearest to a mistyped word; else `; there are x, W, b`, or nothing if there
/// are no candidates.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace attnscope
