#include "inspect/contributions.h"

#include <algorithm>

namespace attnscope {

Tensor contributions(const SiteRecord& site) {
    const RecordedValue& weights = site.weightsValue();
    const RecordedValue& attended = site.attendedValue();
    if (attended.axes.size() != 2 || attended.axes[0] != site.timeAxis) return {};
    const std::string& feature = attended.axes[1];
    const std::int64_t timesteps = attended.tensor.shape()[0];
    const std::int64_t features = attended.tensor.shape()[1];

    // The weights either serve all features alike, [t], or have one row or column per feature.
    std::int64_t timeStride = 1;
    std::int64_t featureStride = 0;
    if (weights.axes == std::vector{feature, site.timeAxis}) {
        featureStride = timesteps;
    } else if (weights.axes == std::vector{site.timeAxis, feature}) {
        timeStride = features;
        featureStride = 1;
    } else if (weights.axes != std::vector{site.timeAxis}) {
        return {};
    }
    const Tensor& weight = *weights.tensor;
    const Tensor& x = *attended.tensor;
    Tensor result({timesteps, features});
    for (std::int64_t t = 0; t < timesteps; ++t) {
        for (std::int64_t f = 0; f < features; ++f) {
            const auto place = static_cast<std::size_t>(t * features + f);
            result[place] = weight[static_cast<std::size_t>(t * timeStride + f * featureStride)] * x[place];
        }
    }
    return result;
}

}  // namespace attnscope
