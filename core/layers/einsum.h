#pragma once

#include "layers/lowering.h"

#include <string_view>
#include <vector>

namespace attnscope {

/// Adds a product of one or two operands as NumPy's einsum writes it: "btf,bt->bf", "...x,xy->...y". Errors: code
/// Unsupported for more operands or a letter that one operand has twice; code Shape where they do not fit.
[[nodiscard]] Result<ValueId> einsum(Lowering& lowering, std::string_view equation, std::vector<ValueId> operands);

}  // namespace attnscope
