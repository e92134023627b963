#pragma once

#include "layers/layer.h"
#include "text/padding.h"
#include "text/splitting.h"
#include "text/tokenizer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// How a layer reads the text that it is given. The graph begins with the token ids that it makes.
struct TextReading {
    std::string layer;  ///< "text_vectorization"; "outer/inner" where it stands in a nested model
    /// Extents of the token ids without the batch axis; an empty optional is any length.
    std::vector<std::optional<std::int64_t>> extents;
    Padding padding;                     ///< of the token ids
    std::optional<Splitting> splitting;  ///< none where it is Python code
    TokenizerPtr tokenizer;              ///< null where `problem` says why
    std::optional<Error> problem;
};

/// Whether a layer makes token ids of texts: TextVectorization, StringLookup, Hashing.
[[nodiscard]] bool readsText(const Layer& layer);

/// How such a layer reads a text where the input has these extents (none for one text, (1) as well, (n) for n words).
/// Source: keras/src/layers/preprocessing/text_vectorization.py, string_lookup.py, hashing.py.
[[nodiscard]] TextReading textReading(const Layer& layer, const std::vector<std::optional<std::int64_t>>& inputExtents);

}  // namespace attnscope
