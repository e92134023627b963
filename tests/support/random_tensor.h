#pragma once

#include "tensor/tensor.h"

#include <cstdint>

namespace attnscope::test {

/// Evenly distributed numbers between `low` and `high`, the same on every machine for the same seed.
[[nodiscard]] Tensor randomTensor(Shape shape, std::uint32_t seed, float low = -2.0F, float high = 2.0F);

/// Ones and zeros, about `share` of them ones.
[[nodiscard]] Tensor randomMask(Shape shape, std::uint32_t seed, float share = 0.6F);

}  // namespace attnscope::test
