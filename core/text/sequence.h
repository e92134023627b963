#pragma once

#include "tensor/tensor.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace attnscope {

/// Why a token of the text is not, or not plainly, seen by the model.
enum class TokenState {
    Known,    ///< has an id of its own
    Unknown,  ///< the model sees the out-of-vocabulary id in its place
    Skipped,  ///< not in the vocabulary and no out-of-vocabulary id: the model does not see it
    Cut,      ///< beyond the length of the model: the model does not see it
    Padding,  ///< not in the text: fills the sequence up to the length of the model
};

/// A piece of the original text.
struct Token {
    std::string text;       ///< as the person wrote it, UTF-8; empty for padding
    std::int64_t id = 0;    ///< what the model is given; 0 where it is given nothing
    std::size_t start = 0;  ///< first byte in the original text
    std::size_t end = 0;    ///< one past the last byte
    TokenState state = TokenState::Known;
};

/// What goes into one input of a model: token ids with their pieces of text, or a numeric matrix. Immutable once made.
struct Sequence {
    std::string name;  ///< for lists and file names: "reviews.txt:3", "recording.csv"
    std::string text;  ///< the original text, UTF-8; empty for numeric sequences
    /// One per timestep, padding included; empty for numeric sequences.
    std::vector<Token> tokens;
    /// Tokens of the text that have no timestep (Skipped or Cut), in the order of the text.
    std::vector<Token> unseen;
    /// [time] token ids, or [time, feature].
    TensorPtr values;
    /// Column names of a numeric sequence; may be empty.
    std::vector<std::string> features;
    /// A label for each timestep that came with a numeric sequence (a column named label or event); may be empty.
    std::vector<float> annotation;
    std::string annotationName;  ///< the column's name

    [[nodiscard]] std::int64_t timesteps() const { return values ? values->dim(0) : 0; }
    /// Ids rather than measurements.
    [[nodiscard]] bool isIds() const { return values && values->rank() == 1; }
};

}  // namespace attnscope
