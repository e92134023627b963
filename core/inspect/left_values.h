#pragma once

#include "base/cancel.h"
#include "eval/lazy_tensor.h"
#include "inspect/record.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace attnscope {

/// What a device tells about a value that was left on it.
struct LeftSummary {
    std::vector<float> means;          ///< over every other axis, one for each place along the kept one
    std::optional<Extremes> extremes;  ///< nothing where a number is not finite
};

/// Finds that out with the backend that keeps `tensor`, as it was evaluated; only one row of numbers for each comes
/// back. Errors: Backend::run's and StoredValue::read's.
[[nodiscard]] Result<LeftSummary> summarizeLeft(Backend& backend, const LazyTensor& tensor, std::size_t keptAxis,
                                                const CancelToken& cancel);

}  // namespace attnscope
