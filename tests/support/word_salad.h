#pragma once

#include "base/unicode.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace attnscope::test {

/// Makes the texts of tests/fixtures/tokenizer_salad.py anew, from what it wrote into golden/tokenizer_salad.json.
class WordSalad {
public:
    explicit WordSalad(const nlohmann::json& recipe)
        : m_words(recipe.at("words").get<std::vector<std::string>>()),
          m_separators(recipe.at("separators").get<std::vector<std::string>>()),
          m_ranges(recipe.at("ranges").get<std::vector<std::vector<std::uint64_t>>>()),
          m_state(recipe.at("seed").get<std::uint64_t>()) {}

    /// The next text.
    [[nodiscard]] std::string text() {
        std::string made;
        for (std::uint64_t words = 1 + below(12); words > 0; --words) {
            appendWord(made);
            made += m_separators[below(m_separators.size())];
        }
        return made;
    }

private:
    /// Knuth's linear congruential generator (MMIX), its upper 31 bits.
    std::uint64_t below(std::uint64_t count) {
        m_state = m_state * 6364136223846793005U + 1442695040888963407U;
        return (m_state >> 33U) % count;
    }

    void appendWord(std::string& text) {
        if (below(3) > 0) {
            text += m_words[below(m_words.size())];
            return;
        }
        const std::vector<std::uint64_t>& range = m_ranges[below(m_ranges.size())];
        for (std::uint64_t letters = 1 + below(6); letters > 0; --letters)
            appendUtf8(text, static_cast<char32_t>(range[0] + below(range[1] - range[0] + 1)));
    }

    std::vector<std::string> m_words;
    std::vector<std::string> m_separators;
    std::vector<std::vector<std::uint64_t>> m_ranges;
    std::uint64_t m_state;
};

/// The hash of Fowler, Noll and Vo (FNV-1a), 32 bits, as eight hexadecimal digits.
[[nodiscard]] inline std::string fnv1a(std::string_view text) {
    std::uint32_t value = 2166136261U;
    for (const char byte : text) value = (value ^ static_cast<unsigned char>(byte)) * 16777619U;
    std::string digits;
    for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(value >> shift) & 15U];
    return digits;
}

}  // namespace attnscope::test
