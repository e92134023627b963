#pragma once

#include "inspect/record.h"

namespace attnscope {

/// What a person should know about a site's weights for one sequence: weight on padding, a single timestep,
/// near-uniform weights, a capped range. With several rows of weights (queries, heads, features) each is measured and
/// the mean is told; queries that are padding do not count.
[[nodiscard]] std::vector<Finding> findingsFor(const SiteRecord& site, const Sequence* sequence,
                                               const Sequence* querySequence = nullptr);

/// Predictions that are no numbers, e.g. the mean over no timesteps where everything is masked.
[[nodiscard]] std::vector<Finding> findingsFor(const std::vector<Prediction>& predictions);

}  // namespace attnscope
