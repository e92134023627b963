#include "text/vocabulary_file.h"

#include "base/text.h"
#include "text/word_tokenizer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace attnscope {

namespace {

bool isPadding(const std::string& word) {
    constexpr std::array<std::string_view, 5> names{"", "[MASK]", "[PAD]", "<pad>", "<PAD>"};
    return std::find(names.begin(), names.end(), word) != names.end();
}

tl::unexpected<Error> tooManyWords() {
    return fail(ErrorCode::Limit, "holds more than " + std::to_string(largestExactId) + " words");
}

}  // namespace

Result<TokenizerPtr> vocabularyTokenizer(const std::vector<std::string>& words, std::string_view unit) {
    if (words.empty()) return fail(ErrorCode::Format, "holds no words; expected a vocabulary");
    const std::int64_t firstId = isPadding(words.front()) || words.front() == "[UNK]" ? 0 : 1;
    Vocabulary vocabulary;
    vocabulary.ids.reserve(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string place = std::string(unit) + " " + std::to_string(i + 1);
        if (words[i].empty() && i > 0) return fail(ErrorCode::Format, place + ": is empty; expected a word");
        const std::int64_t id = firstId + static_cast<std::int64_t>(i);
        if (id > largestExactId) return tooManyWords();
        const auto [known, fresh] = vocabulary.ids.emplace(words[i], id);
        if (!fresh) {
            return fail(ErrorCode::Format, place + ": the word \"" + words[i] + "\" is already in " +
                                               std::string(unit) + " " + std::to_string(known->second - firstId + 1));
        }
    }
    if (vocabulary.ids.contains("[CLS]") && vocabulary.ids.contains("[SEP]")) {
        return fail(ErrorCode::Unsupported,
                    "is a WordPiece vocabulary (it has [CLS] and [SEP]); expected a vocabulary of whole words");
    }
    const auto unknown = customaryUnknownWord(vocabulary.ids);
    if (unknown) vocabulary.unknownId = vocabulary.ids.at(*unknown);
    std::string description = "vocabulary, " + std::to_string(words.size()) + (words.size() == 1 ? " word" : " words") +
                              (unknown ? ", OOV " + *unknown : ", no OOV");
    Splitting splitting = splittingThatGave(vocabulary.ids, textVectorizationSplitting());
    return std::make_shared<const WordTokenizer>(std::move(vocabulary), std::move(splitting), std::move(description));
}

Result<TokenizerPtr> vocabularyFileTokenizer(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.empty()) return fail(ErrorCode::Format, "holds no words; expected a vocabulary");
    if (std::ranges::count(text, '\n') >= largestExactId) return tooManyWords();  // before any of them is copied
    std::vector<std::string> lines = split(text, '\n');
    for (std::string& line : lines) {
        if (line.ends_with('\r')) line.pop_back();
    }
    return vocabularyTokenizer(lines, "line");
}

}  // namespace attnscope
