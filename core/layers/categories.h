#pragma once

#include "layers/lowering.h"
#include "ops/elementwise.h"

#include <string_view>

/// Numbers held against a list of numbers; private to this room.
namespace attnscope {

/// 1 for every pair of an element of x and a number of the list that `kind` holds for, else 0: the numbers are a last
/// axis more.
[[nodiscard]] Result<ValueId> comparedWithEach(Lowering& lowering, BinaryKind kind, ValueId x, Tensor numbers,
                                               std::string_view name);

/// Categories from 0 encoded in `depth` numbers: "one_hot" adds an axis (in place of a last one of 1), "multi_hot" and
/// "count" merge the one behind the batch. A category outside counts for nothing. Errors: a depth beyond the limits, no
/// axis to merge. Source: keras/src/utils/numerical_utils.py, encode_categorical_inputs.
[[nodiscard]] Result<ValueId> encodeCategories(Lowering& lowering, ValueId x, std::int64_t depth,
                                               std::string_view mode);

}  // namespace attnscope
