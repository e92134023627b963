#pragma once

#include "inspect/record.h"

namespace attnscope {

/// How much each timestep put into each unit of the site's output: weight × attended value, [time, feature].
/// Their sum over time is the output vector. Empty (rank 0) where weights and values do not line up that way.
[[nodiscard]] Tensor contributions(const SiteRecord& site);

}  // namespace attnscope
