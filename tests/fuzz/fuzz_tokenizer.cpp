#include "base/strict_json.h"
#include "base/unicode.h"
#include "fuzzing.h"
#include "text/keras_tokenizer.h"
#include "text/vocabulary_file.h"

using namespace attnscope;
using namespace attnscope::fuzzing;

namespace {

Result<TokenizerPtr> tokenizerOf(std::string_view text) {
    const Result<nlohmann::json> document = parseStrictJson(text);
    if (!document) return vocabularyFileTokenizer(text);
    return isKerasTokenizer(*document) ? kerasTokenizer(*document) : wordIndexTokenizer(*document);
}

}  // namespace

// A tokenizer's file, then a zero byte, then a text for it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = textOf(data, size);
    const std::size_t zero = std::min(bytes.find('\0'), bytes.size());
    const Result<TokenizerPtr> tokenizer = tokenizerOf(bytes.substr(0, zero));
    if (!sound(tokenizer)) return 0;
    const std::string_view text = zero < size ? bytes.substr(zero + 1) : std::string_view();
    if (firstInvalidUtf8(text)) return 0;
    std::size_t end = 0;
    for (const Token& token : (*tokenizer)->tokenize(text)) {
        require(end <= token.start && token.start <= token.end && token.end <= text.size(),
                "tokens lie in the text, one behind the other");
        end = token.end;
        require(token.state != TokenState::Known || token.id >= 0, "a known word has an id");
    }
    return 0;
}
