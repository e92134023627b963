#pragma once

#include "base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// A code point and the bytes of the original text it comes from. Where one original character becomes several code
/// points, the first has its bytes and the others have an empty range behind it, so that ranges never overlap.
struct CodePoint {
    char32_t value = 0;
    std::size_t start = 0;
    std::size_t end = 0;
};

/// The code points of a text; a byte that is not valid UTF-8 becomes U+FFFD.
[[nodiscard]] std::vector<CodePoint> codePointsOf(std::string_view utf8);

/// Offset of the first byte that is not valid UTF-8 (overlong forms and surrogates are not); none if all is well.
[[nodiscard]] std::optional<std::size_t> firstInvalidUtf8(std::string_view bytes);

/// Appends one code point as UTF-8.
void appendUtf8(std::string& text, char32_t point);

/// Lower case exactly as Python's `str.lower()`: full mapping without a locale, and the final sigma.
[[nodiscard]] std::vector<CodePoint> lowered(const std::vector<CodePoint>& points);

/// Lower case of the letters A to Z only, for names of columns and extensions.
[[nodiscard]] std::string asciiLowered(std::string_view text);

/// The text of a file as UTF-8 without byte order mark; reads UTF-8, and UTF-16 that starts with a byte order mark.
/// Anything else is an error that names line and byte offset.
[[nodiscard]] Result<std::string> decodeText(std::string bytes);

}  // namespace attnscope
