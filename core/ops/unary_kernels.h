#pragma once

#include "ops/elementwise.h"

#include <cstdint>

namespace attnscope {

/// `out[i] = kind(in[i])` for `count` elements; `in` may be `out`. The kernel behind Unary and the gates of Recurrent.
void applyUnary(UnaryKind kind, float alpha, const float* in, std::int64_t count, float* out);

}  // namespace attnscope
