#pragma once

#include "base/result.h"
#include "text/sequence.h"
#include "text/tokenizer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

enum class Side { Front, Back };

/// How a sequence of ids gets the length of the model; the defaults are those of Keras' pad_sequences.
struct Padding {
    /// Timesteps; none for as many as there are ids. Fewer than 1 counts as 1: no model takes an empty sequence.
    std::optional<std::int64_t> length;
    Side pad = Side::Front;  ///< where padding goes
    Side cut = Side::Front;  ///< where ids beyond the length are cut off
    std::int64_t value = 0;  ///< the id of padding
};

/// The sequence of a text (valid UTF-8): one token per timestep, padding included; words without a timestep in
/// `unseen`; values [time]. Where tokens reach over the same words (n-grams), the text is theirs, joined by blanks. The
/// tokenizer must not be null.
[[nodiscard]] Sequence makeTextSequence(std::string name, std::string text, const TokenizerPtr& tokenizer,
                                        const Padding& padding);

/// The sequence of token ids (from 0 to 2^24). Each token shows the tokenizer's word of its id, or the number itself
/// where there is no tokenizer (null) or no word; the text is these joined by spaces, so that tokens have their place
/// in it.
[[nodiscard]] Sequence makeIdSequence(std::string name, const std::vector<std::int64_t>& ids,
                                      const TokenizerPtr& tokenizer, const Padding& padding);

/// Reads "12 7 3", also with commas or as a list in brackets. Errors: what is not a whole number from 0 to 2^24, or no
/// number at all.
[[nodiscard]] Result<std::vector<std::int64_t>> parseIds(std::string_view text);

}  // namespace attnscope
