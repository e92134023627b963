#pragma once

#include "inspect/record.h"
#include "inspect/slice.h"

namespace attnscope {

/// How much each timestep put into each unit of the site's output: weight × attended value, [time, feature]. Their sum
/// over time is the output vector (their mean is, where the model takes the mean; then each is its share of that).
/// Of a sliced site, what the slice's timesteps put into its output. Empty (rank 0) where weights and values do not
/// line up that way.
[[nodiscard]] Tensor contributions(const SiteRecord& site);

/// The same for one slice of a whole site; `output` is the slice's output.
[[nodiscard]] Tensor contributions(const SiteRecord& site, const SiteSlice& slice, const RecordedValue& output);

}  // namespace attnscope
