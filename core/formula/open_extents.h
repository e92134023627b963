#pragma once

#include "formula/formula.h"
#include "tensor/shape.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace attnscope {

/// How far the index letters of a formula's weights run, for weights that are yet to be made.
struct OpenExtents {
    std::map<std::string, std::int64_t> known;  ///< of every letter
    /// Letters that the inputs leave open, in the order of the weights; `known` has for them what was wanted, else what
    /// the formula declares, else `fallback`.
    std::vector<std::string> open;
};

/// What inputs say about extents: as letters of the inputs themselves, or because a letter stands where one of them
/// does (s in `x[s,f]` where x is declared `x[t,f]`), or as the last factor of an axis of several letters. `inputs` are
/// the shapes without the batch axis, by the formula's names; a name may be missing. Error of code Shape when a shape
/// has another rank than its declaration, or a letter would have two extents.
[[nodiscard]] Result<OpenExtents> openExtents(const Formula& formula, const std::map<std::string, Shape>& inputs,
                                              const std::map<std::string, std::int64_t>& wanted, std::int64_t fallback);

}  // namespace attnscope
