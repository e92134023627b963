#pragma once

#include "layers/layer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What TextVectorization, StringLookup and IntegerLookup share; private to this room.
namespace attnscope {

/// The ids of a lookup layer: a masked token, then unknown ones, then those of the vocabulary.
struct LookupTable {
    std::string mode;                      ///< "int", "one_hot", "multi_hot", "count" or "tf_idf"
    std::optional<std::string> maskToken;  ///< counts for nothing; id 0 in mode "int"
    std::string unknownToken;              ///< stands for unknown ones in lists; empty for none
    std::int64_t firstUnknown = 0;
    std::int64_t unknownIds = 1;
    std::int64_t firstWord = 1;
    std::vector<std::string> words;    ///< the vocabulary without special tokens; numbers as decimals
    bool specialTokensListed = false;  ///< the vocabulary began with them, so that idf_weights have theirs
};

/// The mode in today's spelling. Errors: anything else than the five of LookupTable.
[[nodiscard]] Result<std::string> lookupMode(const Layer& layer);

/// The table of a layer, its vocabulary taken from its config or from the text that the file keeps for it.
/// Errors: code NotFound where the file holds none; a repeated word; the name of a file outside.
/// Source: keras/src/layers/preprocessing/index_lookup.py, set_vocabulary.
[[nodiscard]] Result<LookupTable> lookupTable(const Layer& layer);

/// How long an encoded token is: max_tokens where it is padded to that, else the vocabulary with its special tokens.
[[nodiscard]] Result<std::int64_t> lookupDepth(const Layer& layer);

}  // namespace attnscope
