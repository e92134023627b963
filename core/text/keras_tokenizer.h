#pragma once

#include "text/tokenizer.h"

#include <nlohmann/json_fwd.hpp>

namespace attnscope {

/// Whether a document looks like what `Tokenizer.to_json()` writes.
[[nodiscard]] bool isKerasTokenizer(const nlohmann::json& document);

/// The tokenizer of `{"class_name": "Tokenizer", "config": {…}}`, with the semantics of
/// keras.preprocessing.text.Tokenizer; the dictionaries in it may be JSON objects or JSON inside strings.
[[nodiscard]] Result<TokenizerPtr> kerasTokenizer(const nlohmann::json& document);

/// The tokenizer of a bare `{word: id}`: ids as they are, texts split as text_to_word_sequence does by default unless
/// the words tell otherwise, unknown words skipped unless one of the words is a customary name for them ("<OOV>",
/// "[UNK]", "<UNK>", "<unk>", "UNK").
[[nodiscard]] Result<TokenizerPtr> wordIndexTokenizer(const nlohmann::json& document);

}  // namespace attnscope
