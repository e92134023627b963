#pragma once

#include "base/result.h"
#include "tensor/shape.h"

#include <cstdint>

/// How large the values of a graph may be. What a config says is multiplied up here, so that a file of a few bytes can
/// ask for any size.
namespace attnscope {

/// Elements of one value: more than memory holds, and far below where products of extents overflow.
constexpr std::int64_t mostElements = std::int64_t{1} << 31U;

/// Elements of numbers that lowering makes up itself (a mask of ones, a band, 0 to n): they take memory as soon as a
/// model is opened. 256 MiB, a causal mask of 8,192 timesteps.
constexpr std::int64_t mostMadeElements = std::int64_t{1} << 26U;

/// An error of code Limit, `needs a value of shape (…), limit N elements`, for more elements than that.
[[nodiscard]] Status expectReasonable(const Shape& shape, std::int64_t limit = mostElements);

}  // namespace attnscope
