#pragma once

#include "layers/lowering.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What the convolutions share; private to this room.
namespace attnscope {

/// Zeros in front of and behind an axis.
struct AxisPadding {
    std::int64_t before = 0;
    std::int64_t after = 0;
};

/// The padding `mode` (valid, same, causal) of an axis with `extent` elements; `reach` is how many of them a kernel
/// spans. 'same' as TensorFlow has it (tensorflow/core/framework/kernel_shape_util.cc): the odd one goes behind.
[[nodiscard]] Result<AxisPadding> paddingFor(const std::string& mode, std::int64_t extent, std::int64_t reach,
                                             std::int64_t stride);

/// The value with zeros put around an axis; itself where there are none to put.
[[nodiscard]] Result<ValueId> padded(Lowering& lowering, ValueId x, std::size_t axis, AxisPadding padding);

/// Whether a layer that can only pad so that nothing at the ends is lost does: `same`, else `valid`. Errors: any other
/// padding.
[[nodiscard]] Result<bool> padsToSame(const Config& config);

/// Rows and columns, or the two sides of an axis.
using Pair = std::pair<std::int64_t, std::int64_t>;

/// A config entry of two whole numbers of at least `least`, or one that stands for both: (2, 3), 2. Without a fallback
/// it must be there.
[[nodiscard]] Result<Pair> pairOf(const Config& config, std::string_view key, std::int64_t least,
                                  std::optional<Pair> fallback = std::nullopt);

/// A config entry of a number from 1 for each axis of places (one of timesteps, or rows and columns), or one that
/// stands for all. Without a fallback it must be there.
[[nodiscard]] Result<std::vector<std::int64_t>> alongPlaces(
    const Config& config, std::string_view key, std::size_t places,
    const std::optional<std::vector<std::int64_t>>& fallback = std::nullopt);

/// Bias, if the layer has one (`bias` holds a value), and activation.
[[nodiscard]] Result<ValueId> biasedAndActivated(Lowering& lowering, const Config& config, ValueId y,
                                                 std::optional<ValueId> bias);

}  // namespace attnscope
