#pragma once

#include "text/tokenizer.h"

#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// The tokenizer of a list of words in the order of their ids.
///
/// If the first word is '' or one of "[UNK]", "[MASK]", "[PAD]", "<pad>", "<PAD>", ids start at 0: so
/// TextVectorization's get_vocabulary() and vocabulary.txt have it ('' for padding, then '[UNK]'). Otherwise ids start
/// at 1, since 0 is the padding of Keras. Texts are split as TextVectorization does by default unless the words tell
/// otherwise; unknown words are skipped unless one of the words is a customary name for them. Errors name the word's
/// place (`unit` and number, counted from 1).
[[nodiscard]] Result<TokenizerPtr> vocabularyTokenizer(const std::vector<std::string>& words, std::string_view unit);

/// The same for a vocabulary text file in UTF-8 with one word a line; a final newline adds no word.
[[nodiscard]] Result<TokenizerPtr> vocabularyFileTokenizer(std::string_view text);

}  // namespace attnscope
