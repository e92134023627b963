#pragma once

#include "inspect/record.h"

namespace attnscope {

/// What a person should know about a site's weights for one sequence: weight on padding, a single timestep, near-uniform
/// weights, a capped range.
[[nodiscard]] std::vector<Finding> findingsFor(const SiteRecord& site, const Sequence* sequence);

}  // namespace attnscope
