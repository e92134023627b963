#pragma once

#include "graph/graph.h"
#include "inspect/record.h"

#include <optional>

namespace attnscope {

/// The range that a site's weights can take at all, given how many timesteps its mask lets through.
///
/// Known where the score is the output of a bounded function (tanh: ±1, sigmoid: 0…1) and the weights are the normalised
/// exponentials of the scores: then w ≤ exp(high) / (exp(high) + (n − 1)·exp(low)), and the mirror image below. Whether
/// they are normalised exponentials is read off the numbers, so it holds for any way of writing the formula. Nothing
/// otherwise.
[[nodiscard]] std::optional<AttainableRange> attainableRange(const SiteRecord& record, const Site& site,
                                                             const Graph& graph);

}  // namespace attnscope
