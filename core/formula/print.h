#pragma once

#include "formula/formula.h"

#include <string>

namespace attnscope {

/// The formula as canonical text, one declaration kind or statement a line; parsing it gives the same formula again.
[[nodiscard]] std::string printFormula(const Formula& formula);

/// `[f,(h,d),1]`; nothing for no axes.
[[nodiscard]] std::string printAxes(const TensorAxes& axes);

/// An expression with no more parentheses than it needs.
[[nodiscard]] std::string printExpression(const Expression& expression);

}  // namespace attnscope
