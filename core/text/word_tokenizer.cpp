#include "text/word_tokenizer.h"

#include "base/unicode.h"

#include <farmhash.h>

#include <algorithm>
#include <utility>

namespace attnscope {

std::optional<std::string> customaryUnknownWord(const std::unordered_map<std::string, std::int64_t>& ids) {
    for (const char* name : {"<OOV>", "[UNK]", "<UNK>", "<unk>", "UNK"}) {
        if (ids.contains(name)) return name;
    }
    return std::nullopt;
}

namespace {

/// "<OOV>", "[PAD]": words that stand for something else, and can be in capitals among others that are not.
bool isSpecial(std::string_view word) {
    return word.empty() || word == "UNK" || (word.starts_with('<') && word.ends_with('>') && word.size() > 1) ||
           (word.starts_with('[') && word.ends_with(']') && word.size() > 1);
}

bool changesWhenLowered(const std::vector<CodePoint>& points, Splitting::Lowering lowering) {
    if (lowering == Splitting::Lowering::Ascii)
        return std::ranges::any_of(points, [](const CodePoint& p) { return p.value >= U'A' && p.value <= U'Z'; });
    return lowering == Splitting::Lowering::Python &&
           !std::ranges::equal(lowered(points), points, {}, &CodePoint::value, &CodePoint::value);
}

}  // namespace

Splitting splittingThatGave(const std::unordered_map<std::string, std::int64_t>& ids, Splitting usual) {
    // A word or two may be somebody's own name for what is unknown, or padding.
    constexpr std::size_t fewCapitals = 1;
    constexpr std::size_t fewCharacters = 3;
    std::size_t words = 0;
    std::size_t characters = 0;
    std::size_t capitals = 0;
    bool filters = false;
    for (const auto& [word, id] : ids) {
        if (isSpecial(word)) continue;
        const std::vector<CodePoint> points = codePointsOf(word);
        ++words;
        capitals += changesWhenLowered(points, usual.lowering) ? 1U : 0U;
        if (points.size() != 1) continue;
        ++characters;
        filters = filters || usual.filters.find(points.front().value) != std::u32string::npos;
    }
    if (capitals > fewCapitals) usual.lowering = Splitting::Lowering::None;
    usual.characters = characters == words && words > fewCharacters;
    if (usual.characters && filters) usual.dropFiltered = false;
    return usual;
}

WordTokenizer::WordTokenizer(Vocabulary vocabulary, Splitting splitting, std::string description)
    : m_vocabulary(std::move(vocabulary)), m_splitting(std::move(splitting)), m_description(std::move(description)) {
    m_words.reserve(m_vocabulary.ids.size());
    for (const auto& [word, id] : m_vocabulary.ids) {
        // Where several words share an id, the choice must not depend on the order of a hash table.
        const std::string*& shown = m_words[id];
        if (shown == nullptr || word < *shown) shown = &word;
    }
}

bool WordTokenizer::beyondLimit(std::int64_t id) const {
    return m_vocabulary.limit && id >= *m_vocabulary.limit;
}

std::int64_t WordTokenizer::unknownIdOf(const std::string& word) const {
    if (m_vocabulary.unknownIds <= 1) return *m_vocabulary.unknownId;
    // tf.strings.to_hash_bucket_fast
    const std::uint64_t bucket = util::Fingerprint64(word) % static_cast<std::uint64_t>(m_vocabulary.unknownIds);
    return *m_vocabulary.unknownId + static_cast<std::int64_t>(bucket);
}

std::vector<Token> WordTokenizer::tokenize(std::string_view utf8) const {
    std::vector<Token> tokens;
    for (Word& word : wordsOf(utf8, m_splitting)) {
        Token token;
        token.start = word.start;
        token.end = word.end;
        const auto found = m_vocabulary.ids.find(word.text);
        if (found != m_vocabulary.ids.end() && !beyondLimit(found->second)) {
            token.id = found->second;
            token.state = token.id == m_vocabulary.unknownId ? TokenState::Unknown : TokenState::Known;
        } else if (m_vocabulary.unknownId) {
            token.id = unknownIdOf(word.text);
            token.state = TokenState::Unknown;
        } else {
            token.state = TokenState::Skipped;
        }
        const std::string_view written = utf8.substr(word.start, word.end - word.start);
        token.text = written.empty() ? std::move(word.text) : std::string(written);
        tokens.push_back(std::move(token));
    }
    return tokens;
}

std::string WordTokenizer::wordOf(std::int64_t id) const {
    const auto found = m_words.find(id);
    return found == m_words.end() ? std::string() : *found->second;
}

TokenizerPtr WordTokenizer::splitBy(const Splitting& splitting) const {
    return std::make_shared<const WordTokenizer>(m_vocabulary, splitting, m_description);
}

}  // namespace attnscope
