#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace attnscope {

/// How errors tell where they are: in a whole document, or in one that is a single line of a file.
enum class JsonPosition { LineAndColumn, Column };

/// How many levels deep a JSON document may be nested.
constexpr std::size_t deepestJson = 64;

/// How many values a JSON document may hold, as each takes up to 64 bytes of memory: as many words as there can be ids.
constexpr std::size_t mostJsonValues = std::size_t{1} << 24U;

/// Parses JSON strictly: at most so many levels deep, not too many values, no key twice in an object, no NaN, no lone
/// surrogates, nothing behind the value. Errors give the position, or the key.
[[nodiscard]] Result<nlohmann::json> parseStrictJson(std::string_view text,
                                                     JsonPosition position = JsonPosition::LineAndColumn,
                                                     std::size_t deepest = deepestJson);

/// What kind of JSON value this is, for messages: "a string", "an object".
[[nodiscard]] std::string jsonKind(const nlohmann::json& value);

}  // namespace attnscope
