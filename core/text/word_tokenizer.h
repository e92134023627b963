#pragma once

#include "text/splitting.h"
#include "text/tokenizer.h"

#include <string>
#include <string_view>
#include <unordered_map>

namespace attnscope {

/// Ids are held in float32 tensors, which are exact up to here.
constexpr std::int64_t largestExactId = std::int64_t{1} << 24U;

/// Words and their ids, from 0 to largestExactId; -1 for a word that the model takes no notice of.
struct Vocabulary {
    std::unordered_map<std::string, std::int64_t> ids;
    /// Words whose id is not below this are not given to the model (Keras' num_words).
    std::optional<std::int64_t> limit;
    /// The id in place of words the model does not know; none if they are skipped.
    std::optional<std::int64_t> unknownId;
    /// How many ids, from unknownId on, unknown words are shared out among, by their FarmHash (Keras' num_oov_indices).
    std::int64_t unknownIds = 1;
};

/// The first of the customary names for "unknown" ("<OOV>", "[UNK]", "<UNK>", "<unk>", "UNK") that is a word.
[[nodiscard]] std::optional<std::string> customaryUnknownWord(const std::unordered_map<std::string, std::int64_t>& ids);

/// How texts were split that gave these words, as far as they tell: words with capitals were not lower-cased, and where
/// there are single characters only, texts were split into these. `usual` is what is taken where they do not.
[[nodiscard]] Splitting splittingThatGave(const std::unordered_map<std::string, std::int64_t>& ids, Splitting usual);

/// Splits a text into words and looks each of them up.
class WordTokenizer final : public Tokenizer {
public:
    /// `description` is of the words; how texts are split is added to it.
    WordTokenizer(Vocabulary vocabulary, Splitting splitting, std::string description);

    [[nodiscard]] std::vector<Token> tokenize(std::string_view utf8) const override;
    [[nodiscard]] std::string wordOf(std::int64_t id) const override;
    [[nodiscard]] std::string description() const override { return m_description + splittingText(m_splitting); }
    [[nodiscard]] TokenizerPtr splitBy(const Splitting& splitting) const override;

private:
    [[nodiscard]] bool beyondLimit(std::int64_t id) const;
    [[nodiscard]] std::int64_t unknownIdOf(const std::string& word) const;

    Vocabulary m_vocabulary;
    Splitting m_splitting;
    std::string m_description;
    std::unordered_map<std::int64_t, const std::string*> m_words;  ///< into the keys of m_vocabulary
};

}  // namespace attnscope
