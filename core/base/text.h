#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// The shortest decimal that reads back as the same float32; `nan`, `inf` and `-inf` by name.
[[nodiscard]] std::string floatText(float number);

/// The items with the separator between them.
[[nodiscard]] std::string joined(const std::vector<std::string>& items, std::string_view separator);

/// Without leading and trailing white space (ASCII).
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// The parts of `text` between the separators; empty parts are kept.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

}  // namespace attnscope
