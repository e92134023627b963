#pragma once

#include "base/result.h"
#include "formula/formula.h"

namespace attnscope {

/// Proves that lowering will know how far every index runs: the letters of an axis of several are known but for one,
/// indices that `position` and `size` name are those of some value, and declared indices are used. Errors of code
/// Formula begin `NAME:LINE:COLUMN: `.
[[nodiscard]] Status checkExtents(const Formula& formula);

}  // namespace attnscope
