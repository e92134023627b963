#include "heatmap/range.h"

#include "base/text.h"

#include <algorithm>
#include <cmath>

namespace attnscope {

float Range::normalized(float value) const {
    if (std::isnan(value)) return value;
    if (isSingleValue()) return value < low ? 0.0F : (value > high ? 1.0F : 0.5F);
    // In double: high − low may exceed the largest float.
    const double extent = static_cast<double>(high) - static_cast<double>(low);
    return static_cast<float>((static_cast<double>(value) - static_cast<double>(low)) / extent);
}

float Range::valueAt(float t) const {
    const double weight = t;
    return static_cast<float>(static_cast<double>(low) * (1.0 - weight) + static_cast<double>(high) * weight);
}

Range autoRange(std::span<const float> values) {
    Range range{INFINITY, -INFINITY};
    for (const float value : values) {
        if (!std::isfinite(value)) continue;
        range.low = std::min(range.low, value);
        range.high = std::max(range.high, value);
    }
    return range.low <= range.high ? range : Range{};
}

Range symmetricRange(std::span<const float> values) {
    float largest = 0.0F;
    for (const float value : values) {
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    }
    return largest > 0.0F ? Range{-largest, largest} : Range{-1.0F, 1.0F};
}

Range attainableRange(float low, float high, std::span<const float> values) {
    const Range seen = autoRange(values);
    Range range{std::isfinite(low) ? low : seen.low, std::isfinite(high) ? high : seen.high};
    // Only possible where one bound is the formula's and the other the values'.
    if (range.high < range.low) range.low = range.high = std::isfinite(low) ? low : high;
    return range;
}

Result<Range> fixedRange(float low, float high) {
    if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) {
        return fail(ErrorCode::InvalidInput, "range " + floatText(low) + " to " + floatText(high) +
                                                 ": expected two finite numbers, the smaller first");
    }
    return Range{low, high};
}

}  // namespace attnscope
