#include "text/padding.h"

#include "base/text.h"
#include "text/word_tokenizer.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace attnscope {

namespace {

/// keras.utils.pad_sequences (tf_keras/src/utils/data_utils.py) on tokens, keeping what it cuts off.
void fitToLength(std::vector<Token> seen, const Padding& padding, Sequence& sequence) {
    const auto count = static_cast<std::int64_t>(seen.size());
    const std::int64_t length = std::max<std::int64_t>(padding.length.value_or(count), 1);
    if (count > length) {
        const std::int64_t firstKept = padding.cut == Side::Front ? count - length : 0;
        for (std::int64_t i = 0; i < count; ++i) {
            Token& token = seen[static_cast<std::size_t>(i)];
            if (i >= firstKept && i < firstKept + length) {
                sequence.tokens.push_back(std::move(token));
            } else {
                token.state = TokenState::Cut;
                token.id = 0;
                sequence.unseen.push_back(std::move(token));
            }
        }
    } else {
        const bool front = padding.pad == Side::Front;
        const std::size_t place = front ? 0 : sequence.text.size();
        const std::vector<Token> filling(static_cast<std::size_t>(length - count),
                                         Token{{}, padding.value, place, place, TokenState::Padding});
        sequence.tokens = std::move(seen);
        sequence.tokens.insert(front ? sequence.tokens.begin() : sequence.tokens.end(), filling.begin(), filling.end());
    }
    Tensor values(Shape{length});
    std::transform(sequence.tokens.begin(), sequence.tokens.end(), values.data().begin(),
                   [](const Token& token) { return static_cast<float>(token.id); });
    sequence.values = share(std::move(values));
}

/// Tokens that reach over the same words have no place each in the text: it becomes that of the tokens.
void partOverlapping(std::vector<Token>& tokens, std::string& text) {
    const auto overlap = [](const Token& before, const Token& after) { return after.start < before.end; };
    if (std::adjacent_find(tokens.begin(), tokens.end(), overlap) == tokens.end()) return;
    text.clear();
    for (Token& token : tokens) {
        if (!text.empty()) text += ' ';
        token.start = text.size();
        text += token.text;
        token.end = text.size();
    }
}

}  // namespace

Sequence makeTextSequence(std::string name, std::string text, const TokenizerPtr& tokenizer, const Padding& padding) {
    Sequence sequence;
    sequence.name = std::move(name);
    sequence.text = std::move(text);
    std::vector<Token> tokens = tokenizer->tokenize(sequence.text);
    partOverlapping(tokens, sequence.text);
    std::vector<Token> seen;
    for (Token& token : tokens) {
        (token.state == TokenState::Skipped ? sequence.unseen : seen).push_back(std::move(token));
    }
    fitToLength(std::move(seen), padding, sequence);
    std::stable_sort(sequence.unseen.begin(), sequence.unseen.end(),
                     [](const Token& a, const Token& b) { return a.start < b.start; });
    return sequence;
}

Sequence makeIdSequence(std::string name, const std::vector<std::int64_t>& ids, const TokenizerPtr& tokenizer,
                        const Padding& padding) {
    Sequence sequence;
    sequence.name = std::move(name);
    std::vector<Token> tokens;
    tokens.reserve(ids.size());
    for (const std::int64_t id : ids) {
        std::string word = tokenizer ? tokenizer->wordOf(id) : std::string();
        if (word.empty()) word = std::to_string(id);
        if (!sequence.text.empty()) sequence.text += ' ';
        const std::size_t start = sequence.text.size();
        sequence.text += word;
        tokens.push_back({std::move(word), id, start, sequence.text.size(), TokenState::Known});
    }
    fitToLength(std::move(tokens), padding, sequence);
    return sequence;
}

Result<std::vector<std::int64_t>> parseIds(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('[') && text.ends_with(']') && text.size() > 1) text = text.substr(1, text.size() - 2);
    constexpr std::string_view separators = " \t\r\n,";
    std::vector<std::int64_t> ids;
    for (std::size_t at = text.find_first_not_of(separators); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
        const std::string_view word = text.substr(at, end - at);
        std::int64_t id = -1;
        const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), id);
        if (error != std::errc() || last != word.data() + word.size() || id < 0 || id > largestExactId) {
            return fail(ErrorCode::InvalidInput,
                        "id " + std::to_string(ids.size() + 1) + ": expected a whole number from 0 to " +
                            std::to_string(largestExactId) + ", found \"" + std::string(word.substr(0, 40)) + "\"");
        }
        ids.push_back(id);
        at = text.find_first_not_of(separators, end);
    }
    if (ids.empty()) return fail(ErrorCode::InvalidInput, "no token ids; expected numbers such as \"12 7 3\"");
    return ids;
}

}  // namespace attnscope
