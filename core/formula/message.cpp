#include "formula/message.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace attnscope {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Insertions, deletions and replacements that turn one word into the other; upper and lower case are the same.
std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

tl::unexpected<Error> failAt(const std::string& formula, Position position, const std::string& message) {
    return fail(ErrorCode::Formula,
                formula + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": " + message);
}

std::optional<Position> positionOf(const Error& error) {
    const std::string_view text = error.message;
    const char* const end = text.data() + text.size();
    // Behind the formula's name, which may have colons of its own.
    for (std::size_t colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':', colon + 1)) {
        Position position;
        const auto line = std::from_chars(text.data() + colon + 1, end, position.line);
        if (line.ec != std::errc() || line.ptr == end || *line.ptr != ':') continue;
        const auto column = std::from_chars(line.ptr + 1, end, position.column);
        if (column.ec == std::errc() && column.ptr != end && *column.ptr == ':') return position;
    }
    return std::nullopt;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
    if (candidates.empty()) return {};
    // A slip changes a small part of a word: half of a short one, two letters of a long one.
    constexpr std::size_t longest = 64;
    const std::size_t allowed = std::min<std::size_t>(2, word.size() / 2);
    const std::string* nearest = nullptr;
    std::size_t best = allowed + 1;
    for (const std::string& candidate : candidates) {
        if (word.size() > longest || candidate.size() > longest) continue;
        const std::size_t distance = editDistance(word, candidate);
        if (distance < best) {
            best = distance;
            nearest = &candidate;
        }
    }
    if (nearest != nullptr) return "; did you mean '" + *nearest + "'?";
    return "; there " + std::string(candidates.size() == 1 ? "is " : "are ") + joined(candidates, ", ");
}

}  // namespace attnscope
