#include "base/unicode.h"

#include <unicode/uchar.h>

#include <algorithm>

namespace attnscope {

namespace {

constexpr char32_t replacement = 0xFFFD;

struct Decoded {
    char32_t point = replacement;
    std::size_t length = 1;
    bool valid = false;
};

// The well-formed byte sequences of the Unicode Standard, table 3-7.
Decoded decodeAt(std::string_view bytes, std::size_t at) {
    const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(bytes[at + offset]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + length > bytes.size()) return {};
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    if (byte(1) < low || byte(1) > high) return {};
    char32_t point = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        point = (point << 6U) | (byte(i) & 0x3FU);
    }
    return {point, length, true};
}

bool isCaseIgnorable(char32_t point) {
    return u_hasBinaryProperty(static_cast<UChar32>(point), UCHAR_CASE_IGNORABLE) != 0;
}

bool isCased(char32_t point) {
    return u_hasBinaryProperty(static_cast<UChar32>(point), UCHAR_CASED) != 0;
}

// CPython 3.11, Objects/unicodeobject.c, handle_capital_sigma: a sigma is final when a cased letter comes before it and
// none after it, looking past case-ignorable characters.
bool isFinalSigma(const std::vector<CodePoint>& points, std::size_t at) {
    std::size_t before = at;
    while (before > 0 && isCaseIgnorable(points[before - 1].value)) --before;
    if (before == 0 || !isCased(points[before - 1].value)) return false;
    std::size_t after = at + 1;
    while (after < points.size() && isCaseIgnorable(points[after].value)) ++after;
    return after == points.size() || !isCased(points[after].value);
}

Result<std::string> decodeUtf16(std::string_view bytes, bool bigEndian) {
    std::string text;
    text.reserve(bytes.size());
    std::size_t line = 1;
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(bytes[at]);
        const auto second = static_cast<unsigned char>(bytes[at + 1]);
        return static_cast<char32_t>(bigEndian ? first << 8U | second : second << 8U | first);
    };
    for (std::size_t at = 2; at < bytes.size(); at += 2) {
        const bool whole = at + 1 < bytes.size();
        char32_t point = whole ? unit(at) : replacement;
        const bool leads = point >= 0xD800 && point <= 0xDBFF;
        const bool paired = leads && at + 3 < bytes.size() && unit(at + 2) >= 0xDC00 && unit(at + 2) <= 0xDFFF;
        if (!whole || (leads && !paired) || (point >= 0xDC00 && point <= 0xDFFF)) {
            return fail(ErrorCode::Format, "line " + std::to_string(line) + ", byte offset " + std::to_string(at) +
                                               ": not valid UTF-16 (the file starts with a UTF-16 byte order mark)");
        }
        if (paired) {
            point = 0x10000 + ((point - 0xD800) << 10U) + (unit(at + 2) - 0xDC00);
            at += 2;
        }
        if (point == '\n') ++line;
        appendUtf8(text, point);
    }
    return text;
}

}  // namespace

std::vector<CodePoint> codePointsOf(std::string_view utf8) {
    std::vector<CodePoint> points;
    points.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        const Decoded decoded = decodeAt(utf8, at);
        points.push_back({decoded.point, at, at + decoded.length});
        at += decoded.length;
    }
    return points;
}

std::optional<std::size_t> firstInvalidUtf8(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const Decoded decoded = decodeAt(bytes, at);
        if (!decoded.valid) return at;
        at += decoded.length;
    }
    return std::nullopt;
}

void appendUtf8(std::string& text, char32_t point) {
    const auto put = [&text](char32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | point >> 6U);
        put(0x80 | (point & 0x3FU));
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12U);
        put(0x80 | ((point >> 6U) & 0x3FU));
        put(0x80 | (point & 0x3FU));
    } else {
        put(0xF0 | point >> 18U);
        put(0x80 | ((point >> 12U) & 0x3FU));
        put(0x80 | ((point >> 6U) & 0x3FU));
        put(0x80 | (point & 0x3FU));
    }
}

std::vector<CodePoint> lowered(const std::vector<CodePoint>& points) {
    std::vector<CodePoint> result;
    result.reserve(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        CodePoint point = points[i];
        if (point.value == U'Σ') {
            point.value = isFinalSigma(points, i) ? U'ς' : U'σ';
            result.push_back(point);
        } else if (point.value == U'İ') {
            // The only unconditional lower-case mapping of SpecialCasing.txt that makes two code points of one.
            point.value = U'i';
            result.push_back(point);
            result.push_back({U'\u0307', point.end, point.end});
        } else {
            point.value = static_cast<char32_t>(u_tolower(static_cast<UChar32>(point.value)));
            result.push_back(point);
        }
    }
    return result;
}

std::string asciiLowered(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

Result<std::string> decodeText(std::string bytes) {
    if (bytes.starts_with("\xFF\xFE")) return decodeUtf16(bytes, false);
    if (bytes.starts_with("\xFE\xFF")) return decodeUtf16(bytes, true);
    if (const auto bad = firstInvalidUtf8(bytes)) {
        const auto line = 1 + std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*bad), '\n');
        return fail(ErrorCode::Format, "line " + std::to_string(line) + ", byte offset " + std::to_string(*bad) +
                                           ": not valid UTF-8 (expected UTF-8, or UTF-16 with a byte order mark)");
    }
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
    return bytes;
}

}  // namespace attnscope
