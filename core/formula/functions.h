#pragma once

#include "formula/syntax.h"
#include "ops/elementwise.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// How the sign is called in CallExpression::function.
inline constexpr std::string_view negateFunction = "negate";

/// The operation behind an elementwise function of the language (tanh, exp …), the sign included.
[[nodiscard]] std::optional<UnaryKind> functionKind(std::string_view name);

/// The reduction of that name: sum, mean, max, softmax.
[[nodiscard]] std::optional<ReductionKind> reductionKind(std::string_view name);
[[nodiscard]] std::string_view reductionName(ReductionKind kind);

/// The function of an index of that name: position, size.
[[nodiscard]] std::optional<IndexFunction> indexFunction(std::string_view name);
[[nodiscard]] std::string_view indexFunctionName(IndexFunction function);

/// The function that changes nothing; only what a config chooses can be it.
inline constexpr std::string_view linearFunction = "linear";

/// Whether a name belongs to the language, so that no value can have it.
[[nodiscard]] bool isReserved(std::string_view name);

/// The words that can begin a line: class, weights, input …
[[nodiscard]] const std::vector<std::string>& directiveNames();

/// The functions that work element by element, and linear: what a config can choose.
[[nodiscard]] std::vector<std::string> elementwiseNames();

/// Everything that can be called, for messages.
[[nodiscard]] std::vector<std::string> callableNames();

}  // namespace attnscope
