#include "text/tokenizer.h"

#include "base/text.h"
#include "text/keras_tokenizer.h"
#include "base/read_file.h"
#include "base/strict_json.h"
#include "base/unicode.h"
#include "text/vocabulary_file.h"

#include <utility>

namespace attnscope {

namespace {

using nlohmann::json;

constexpr std::size_t largestFile = std::size_t{256} << 20U;
constexpr const char* expectedJson =
    "expected the JSON of a Keras Tokenizer, an object of words and ids, or a list of words";

/// Whether the text starts like JSON rather than like a vocabulary, whose first word may well be a bracket or a quote.
bool startsLikeJson(std::string_view text) {
    text = trimmed(text.substr(0, 256));
    if (text.starts_with("\"{")) return true;
    if (!text.starts_with('{') && !text.starts_with('[')) return false;
    const std::string_view inside = trimmed(text.substr(1));
    return inside.starts_with('"') || inside.starts_with('}');
}

Result<TokenizerPtr> listTokenizer(const json& list) {
    std::vector<std::string> words;
    words.reserve(list.size());
    for (const json& item : list) {
        if (!item.is_string()) {
            return fail(ErrorCode::Format, "item " + std::to_string(words.size() + 1) +
                                               ": expected a word as a string, found " + jsonKind(item));
        }
        words.push_back(item.get<std::string>());
    }
    return vocabularyTokenizer(words, "item");
}

Result<TokenizerPtr> tokenizerOf(const json& document) {
    if (isKerasTokenizer(document)) return kerasTokenizer(document);
    if (document.is_array()) return listTokenizer(document);
    if (!document.is_object()) {
        return fail(ErrorCode::Format, std::string(expectedJson) + "; found " + jsonKind(document));
    }
    const auto model = document.find("model");
    if (model != document.end() && model->is_object()) {
        return fail(ErrorCode::Unsupported,
                    "is a tokenizer of the Hugging Face tokenizers library; " + std::string(expectedJson));
    }
    auto tokenizer = wordIndexTokenizer(document);
    if (!tokenizer) tokenizer.error().message += "; " + std::string(expectedJson);
    return tokenizer;
}

Result<TokenizerPtr> readTokenizer(const std::filesystem::path& path) {
    ATTN_TRY(std::string bytes, readBytes(path, largestFile));
    const std::string extension = lowerExtension(path);
    ATTN_CHECK(refuseExecutable(bytes, extension, "JSON (tokenizer.to_json())"));
    ATTN_TRY(const std::string text, decodeText(std::move(bytes)));
    if (trimmed(text).empty()) return fail(ErrorCode::Format, "is empty; expected a tokenizer");
    if (extension != ".json" && !startsLikeJson(text)) return vocabularyFileTokenizer(text);
    ATTN_TRY(json document, parseStrictJson(text));
    if (document.is_string()) {
        // json.dump(tokenizer.to_json(), file) encodes what is JSON already.
        auto inner = parseStrictJson(document.get_ref<const std::string&>());
        if (!inner) return failWithin("JSON inside a string", inner.error());
        document = std::move(*inner);
    }
    return tokenizerOf(document);
}

}  // namespace

Result<TokenizerPtr> loadTokenizer(const std::filesystem::path& path) {
    auto tokenizer = readTokenizer(path);
    if (!tokenizer) return failWithin(path.string(), tokenizer.error());
    return tokenizer;
}

std::optional<std::string> findTokenizerBeside(const std::filesystem::path& model) {
    const std::string stem = model.stem().string();
    for (const std::string& name :
         {stem + ".tokenizer.json", stem + "_tokenizer.json", std::string("tokenizer.json"),
          std::string("word_index.json"), std::string("vocabulary.txt"), std::string("vocab.txt")}) {
        std::error_code ignored;
        const std::filesystem::path candidate = model.parent_path() / name;
        if (std::filesystem::is_regular_file(candidate, ignored)) return candidate.string();
    }
    return std::nullopt;
}

}  // namespace attnscope
