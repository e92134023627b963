#include "text/splitting.h"

#include "base/unicode.h"

#include <algorithm>
#include <iterator>

namespace attnscope {

namespace {

std::vector<CodePoint> loweredBy(std::vector<CodePoint> points, Splitting::Lowering lowering) {
    if (lowering == Splitting::Lowering::Python) return lowered(points);
    if (lowering == Splitting::Lowering::Ascii) {
        for (CodePoint& point : points) {
            if (point.value >= U'A' && point.value <= U'Z') point.value += U'a' - U'A';
        }
    }
    return points;
}

/// Python's `text.translate({filter: separator})`, or the filters taken out.
std::vector<CodePoint> filtered(const std::vector<CodePoint>& points, const Splitting& splitting) {
    std::vector<CodePoint> result;
    result.reserve(points.size());
    for (const CodePoint& point : points) {
        if (splitting.filters.find(point.value) == std::u32string::npos) {
            result.push_back(point);
        } else if (!splitting.dropFiltered) {
            std::size_t start = point.start;
            for (const char32_t part : splitting.separator) {
                result.push_back({part, start, point.end});
                start = point.end;
            }
        }
    }
    return result;
}

using Points = std::vector<CodePoint>::const_iterator;

Word wordFrom(Points first, Points last) {
    Word word{{}, first->start, std::prev(last)->end};
    for (; first != last; ++first) appendUtf8(word.text, first->value);
    return word;
}

bool isWhite(const CodePoint& point) {
    return point.value == U' ' || (point.value >= U'\t' && point.value <= U'\r');
}

/// The next separator at or after `from`, with its end.
std::pair<Points, Points> nextSeparator(Points from, Points end, const std::u32string& separator) {
    if (separator.empty()) {
        const auto found = std::find_if(from, end, isWhite);
        return {found, found == end ? end : std::next(found)};
    }
    const auto found = std::search(from, end, separator.begin(), separator.end(),
                                   [](const CodePoint& point, char32_t part) { return point.value == part; });
    return {found, found == end ? end : found + static_cast<std::ptrdiff_t>(separator.size())};
}

std::vector<Word> singleWordsOf(std::string_view utf8, const Splitting& splitting) {
    std::vector<CodePoint> points = loweredBy(codePointsOf(utf8), splitting.lowering);
    // The Tokenizer of characters keeps what it would filter out of words.
    if (splitting.dropFiltered || !splitting.characters) points = filtered(points, splitting);
    std::vector<Word> words;
    if (splitting.whole) {
        Word& word = words.emplace_back(Word{{}, 0, utf8.size()});
        for (const CodePoint& point : points) appendUtf8(word.text, point.value);
        return words;
    }
    if (splitting.characters) {
        words.reserve(points.size());
        for (auto point = points.cbegin(); point != points.cend(); ++point) {
            words.push_back(wordFrom(point, std::next(point)));
        }
        return words;
    }
    for (auto from = points.cbegin(); from != points.cend();) {
        const auto [end, next] = nextSeparator(from, points.cend(), splitting.separator);
        if (end != from) words.push_back(wordFrom(from, end));
        from = next;
    }
    return words;
}

/// tf.strings.ngrams with a blank as its separator: width by width.
std::vector<Word> joinedWords(const std::vector<Word>& words, const std::vector<std::size_t>& widths) {
    std::vector<Word> joined;
    for (const std::size_t width : widths) {
        for (std::size_t first = 0; first + width <= words.size(); ++first) {
            Word& word = joined.emplace_back(Word{words[first].text, words[first].start, words[first + width - 1].end});
            for (std::size_t next = first + 1; next < first + width; ++next) word.text += " " + words[next].text;
        }
    }
    return joined;
}

}  // namespace

std::vector<Word> wordsOf(std::string_view utf8, const Splitting& splitting) {
    std::vector<Word> words = singleWordsOf(utf8, splitting);
    return splitting.ngrams.empty() ? words : joinedWords(words, splitting.ngrams);
}

std::string splittingText(const Splitting& splitting) {
    std::string text;
    if (splitting.lowering != Splitting::Lowering::None) text += ", lower-case";
    if (splitting.dropFiltered && !splitting.filters.empty()) text += ", punctuation stripped";
    if (splitting.characters) text += ", characters";
    if (splitting.whole) text += ", the whole text as one word";
    for (const std::size_t width : splitting.ngrams) {
        text += width == splitting.ngrams.front() ? ", runs of " : " and ";
        text += std::to_string(width);
    }
    return splitting.ngrams.empty() ? text : text + " words";
}

Splitting textVectorizationSplitting() {
    // tf_keras/src/layers/preprocessing/text_vectorization.py, DEFAULT_STRIP_REGEX; unlike the Tokenizer's filters it
    // has the apostrophe. tf.strings.lower and tf.strings.split look at ASCII only.
    Splitting splitting;
    splitting.lowering = Splitting::Lowering::Ascii;
    splitting.filters = U"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'";
    splitting.dropFiltered = true;
    splitting.separator.clear();
    return splitting;
}

}  // namespace attnscope
