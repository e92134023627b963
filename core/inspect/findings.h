#pragma once

#include "inspect/record.h"

namespace attnscope {

/// What a person should know about a site's weights for one sequence: weight on padding, a single timestep, near-uniform
/// weights, a capped range.
[[nodiscard]] std::vector<Finding> findingsFor(const SiteRecord& site, const Sequence* sequence);

/// Predictions that are no numbers, e.g. the mean over no timesteps where everything is masked.
[[nodiscard]] std::vector<Finding> findingsFor(const std::vector<Prediction>& predictions);

}  // namespace attnscope
