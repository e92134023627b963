#pragma once

#include "structure/axes.h"

#include <optional>
#include <vector>

namespace attnscope {

/// Numbers that add up to one along an axis.
struct Normalization {
    ValueId weights;       ///< what comes out
    ValueId score;         ///< what was normalised: the argument of softmax or exp
    std::size_t axis = 0;  ///< of both
    bool isSoftmax = false;
};

/// Softmax over one axis, or u / Σ u over one axis (perhaps with an epsilon).
[[nodiscard]] std::optional<Normalization> normalization(const Graph& graph, const Node& node);

/// Whether a value holds bits: what a comparison gives, moved and combined at most.
[[nodiscard]] bool isMask(const Graph& graph, ValueId value);

}  // namespace attnscope
