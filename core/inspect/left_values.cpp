#include "inspect/left_values.h"

#include "ops/reduce.h"

#include <algorithm>
#include <cmath>

namespace attnscope {

Result<LeftSummary> summarizeLeft(Backend& backend, const LazyTensor& tensor, std::size_t keptAxis,
                                  const CancelToken& cancel) {
    std::vector<std::size_t> others;
    for (std::size_t axis = 0; axis < tensor.shape().rank(); ++axis) {
        if (axis != keptAxis) others.push_back(axis);
    }
    const Reduce mean(ReduceKind::Mean, others);
    const Reduce smallest(ReduceKind::Min, others);
    const Reduce largest(ReduceKind::Max, others);
    const Shape row{tensor.shape()[keptAxis]};
    const std::vector<Step> steps{{&mean, {0}, 1, row, Fate::Read},
                                  {&smallest, {0}, 2, row, Fate::Read},
                                  {&largest, {0}, 3, row, Fate::Read}};
    std::vector<StoredPtr> slots{tensor.stored(), nullptr, nullptr, nullptr};
    ATTN_CHECK(backend.run(steps, slots, cancel));
    ATTN_TRY(const TensorPtr means, slots[1]->read());
    ATTN_TRY(const TensorPtr lows, slots[2]->read());
    ATTN_TRY(const TensorPtr highs, slots[3]->read());

    LeftSummary summary{{means->data().begin(), means->data().end()}, {}};
    // A NaN anywhere makes a row's smallest and largest NaN, an infinity is one of them.
    const auto isFinite = [](float number) { return std::isfinite(number); };
    if (std::ranges::all_of(lows->data(), isFinite) && std::ranges::all_of(highs->data(), isFinite))
        summary.extremes = {std::ranges::min(lows->data()), std::ranges::max(highs->data())};
    return summary;
}

}  // namespace attnscope
