#pragma once

#include "base/result.h"

#include <span>

namespace attnscope {

/// The values at the two ends of a colour scale; low ≤ high, both finite. What lies between is spread evenly.
struct Range {
    float low = 0.0F;
    float high = 1.0F;

    /// Where `value` lies: 0 at low, 1 at high, linear between (and beyond); NaN stays NaN. In a range of a single
    /// value that value is at 0.5, smaller ones at 0 and larger ones at 1.
    [[nodiscard]] float normalized(float value) const;

    /// The value at `t` in 0..1.
    [[nodiscard]] float valueAt(float t) const;

    [[nodiscard]] bool isSingleValue() const { return low == high; }

    bool operator==(const Range&) const = default;
};

/// From the smallest to the largest finite value; 0..1 where there is none.
[[nodiscard]] Range autoRange(std::span<const float> values);

/// ±the largest finite magnitude, for differences: 0 is always in the middle; −1..1 where there is no finite value or
/// all are 0.
[[nodiscard]] Range symmetricRange(std::span<const float> values);

/// The bounds that the formula itself sets, which the values need not reach. A bound that is not finite (a formula that
/// does not bound that side) is taken from the values.
[[nodiscard]] Range attainableRange(float low, float high, std::span<const float> values);

/// What the user asked for; an error of code InvalidInput unless low < high and both are finite.
[[nodiscard]] Result<Range> fixedRange(float low, float high);

}  // namespace attnscope
