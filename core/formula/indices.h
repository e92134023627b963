#pragma once

#include "formula/syntax.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// Whether an index of a reference is a whole number rather than a letter.
[[nodiscard]] inline bool isFixed(std::string_view index) {
    return index.front() == '-' || (index.front() >= '0' && index.front() <= '9');
}

[[nodiscard]] bool contains(const std::vector<std::string>& indices, std::string_view index);

/// The items of `a` that are in `b` too, in a's order.
[[nodiscard]] std::vector<std::string> common(const std::vector<std::string>& a, const std::vector<std::string>& b);

/// The items of `a` that are not in `b`, in a's order.
[[nodiscard]] std::vector<std::string> without(const std::vector<std::string>& a, const std::vector<std::string>& b);

/// The items of `a`, then those of `b` that `a` does not have.
[[nodiscard]] std::vector<std::string> joinedIndices(std::vector<std::string> a, const std::vector<std::string>& b);

/// The indices an expression's value has: those of its references, less the reduced ones, in the order of appearance.
[[nodiscard]] std::vector<std::string> freeIndices(const Expression& expression);

/// The letters among a reference's indices.
[[nodiscard]] std::vector<std::string> letters(const std::vector<std::string>& indices);

/// Calls `visit` for every node, parents first.
void walk(const Expression& expression, const std::function<void(const Expression&)>& visit);

/// The expression without the named weights: a term or factor that is absent vanishes from its sum or product. Null if
/// nothing is left.
[[nodiscard]] ExpressionPtr withoutAbsent(const ExpressionPtr& expression, const std::set<std::string>& absent);

/// The softmax over a single index that an expression is, or nullptr.
[[nodiscard]] const ReductionExpression* outermostSoftmax(const Expression& expression);

}  // namespace attnscope
