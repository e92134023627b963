#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace attnscope {

/// Parses JSON strictly: at most 64 levels deep, no key twice in an object, no NaN, no lone surrogates, nothing behind
/// the value. Errors give line and column, or the key.
[[nodiscard]] Result<nlohmann::json> parseStrictJson(std::string_view text);

/// What kind of JSON value this is, for messages: "a string", "an object".
[[nodiscard]] std::string jsonKind(const nlohmann::json& value);

}  // namespace attnscope
