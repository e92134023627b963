#pragma once

#include "base/result.h"
#include "formula/formula.h"

#include <optional>
#include <string>
#include <string_view>

namespace attnscope {

/// Proves what lowering relies on: names are given once and before they are used, with as many indices as they have;
/// every index of a right side stands on the left or under a reduction, and every index on the left comes from the
/// right; weights and parameters are used; optional weights can vanish; the site's values exist and depend on an input.
/// Errors of code Formula begin `NAME:LINE:COLUMN: `.
[[nodiscard]] Status checkFormula(const Formula& formula);

/// The index that the site's weights are normalised over, see SiteDeclaration; nothing if there is none or a choice.
[[nodiscard]] std::optional<std::string> normalisedIndex(const Formula& formula);

/// The names that inputs have which are masks: `mask` for that of the first input, `x_mask` for that of input x.
[[nodiscard]] std::vector<std::string> maskNames(const Formula& formula);

/// Whether a value is declared with this index, or used with it somewhere.
[[nodiscard]] bool hasIndex(const Formula& formula, std::string_view value, std::string_view index);

}  // namespace attnscope
