#pragma once

#include "base/result.h"
#include "text/sequence.h"
#include "text/splitting.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// Turns text into the ids a model was trained with. Immutable, shared between threads.
class Tokenizer {
public:
    Tokenizer() = default;
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;
    virtual ~Tokenizer() = default;

    /// All tokens of a text (valid UTF-8) in order, each Known, Unknown or Skipped, with its bytes in the text. Ranges
    /// overlap only where words are joined to n-grams; one is empty only where lower-casing makes several characters of
    /// one.
    [[nodiscard]] virtual std::vector<Token> tokenize(std::string_view utf8) const = 0;
    /// What to show for an id; empty if it stands for nothing.
    [[nodiscard]] virtual std::string wordOf(std::int64_t id) const = 0;
    /// One line: "Keras Tokenizer, 6000 words, OOV <OOV>, lower-case".
    [[nodiscard]] virtual std::string description() const = 0;
    /// The same words and ids for texts that are split in another way.
    [[nodiscard]] virtual std::shared_ptr<const Tokenizer> splitBy(const Splitting& splitting) const = 0;
};

using TokenizerPtr = std::shared_ptr<const Tokenizer>;

/// Reads a tokenizer file of at most 256 MiB, telling by its content which kind it is: the JSON of a Keras Tokenizer,
/// a JSON object of words and ids, or a vocabulary (a JSON list of words, or a text file with one word a line).
/// Errors name the file, what is wrong and what was expected.
[[nodiscard]] Result<TokenizerPtr> loadTokenizer(const std::filesystem::path& path);

/// The tokenizer file in the folder of a model: `<stem>.tokenizer.json`, `<stem>_tokenizer.json`, `tokenizer.json`,
/// `word_index.json`, `vocabulary.txt` or `vocab.txt`, the first of these that exists.
[[nodiscard]] std::optional<std::string> findTokenizerBeside(const std::filesystem::path& model);

}  // namespace attnscope
