#pragma once

#include "graph/graph.h"

#include <map>

namespace attnscope {

/// A softmax, by its output, and the axis over which timesteps may leave it.
struct WhatIfMask {
    ValueId softmax;
    std::size_t axis = 0;
};

/// A graph in which some softmaxes have a mask, all ones [batch, timesteps], for what-ifs; nothing else changes.
struct MaskedGraph {
    GraphBuilder builder;         ///< holds everything but the sites
    std::vector<ValueId> values;  ///< what each value of the old graph has become
    std::vector<ValueId> masks;   ///< in the order asked for
};
[[nodiscard]] MaskedGraph withWhatIfMasks(const Graph& graph, const std::vector<WhatIfMask>& wanted);

}  // namespace attnscope
