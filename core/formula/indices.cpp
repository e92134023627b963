#include "formula/indices.h"

#include <algorithm>

namespace attnscope {

bool contains(const std::vector<std::string>& indices, std::string_view index) {
    return std::ranges::find(indices, index) != indices.end();
}

std::vector<std::string> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> result;
    std::ranges::copy_if(a, std::back_inserter(result), [&](const std::string& index) { return contains(b, index); });
    return result;
}

std::vector<std::string> without(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> result;
    std::ranges::copy_if(a, std::back_inserter(result), [&](const std::string& index) { return !contains(b, index); });
    return result;
}

std::vector<std::string> joinedIndices(std::vector<std::string> a, const std::vector<std::string>& b) {
    const std::vector<std::string> added = without(b, a);
    a.insert(a.end(), added.begin(), added.end());
    return a;
}

std::vector<std::string> freeIndices(const Expression& expression) {
    if (const auto* reference = std::get_if<ReferenceExpression>(&expression.node)) return letters(reference->indices);
    if (const auto* call = std::get_if<CallExpression>(&expression.node)) return freeIndices(*call->argument);
    if (const auto* binary = std::get_if<BinaryExpression>(&expression.node))
        return joinedIndices(freeIndices(*binary->left), freeIndices(*binary->right));
    if (const auto* reduction = std::get_if<ReductionExpression>(&expression.node)) {
        std::vector<std::string> inside = freeIndices(*reduction->argument);
        if (reduction->kind == ReductionKind::Softmax) return inside;
        return without(inside, reduction->indices);
    }
    const auto* index = std::get_if<IndexExpression>(&expression.node);
    if (index != nullptr && index->function == IndexFunction::Position) return {index->index};
    return {};
}

std::vector<std::string> letters(const std::vector<std::string>& indices) {
    std::vector<std::string> result;
    std::ranges::copy_if(indices, std::back_inserter(result), [](const std::string& index) { return !isFixed(index); });
    return result;
}

void walk(const Expression& expression, const std::function<void(const Expression&)>& visit) {
    visit(expression);
    if (const auto* call = std::get_if<CallExpression>(&expression.node)) {
        walk(*call->argument, visit);
    } else if (const auto* binary = std::get_if<BinaryExpression>(&expression.node)) {
        walk(*binary->left, visit);
        walk(*binary->right, visit);
    } else if (const auto* reduction = std::get_if<ReductionExpression>(&expression.node)) {
        walk(*reduction->argument, visit);
    }
}

ExpressionPtr withoutAbsent(const ExpressionPtr& expression, const std::set<std::string>& absent) {
    const auto rebuilt = [&](auto node) {
        return std::make_shared<const Expression>(Expression{std::move(node), expression->position});
    };
    if (const auto* reference = std::get_if<ReferenceExpression>(&expression->node))
        return absent.contains(reference->name) ? nullptr : expression;
    if (const auto* call = std::get_if<CallExpression>(&expression->node)) {
        ExpressionPtr argument = withoutAbsent(call->argument, absent);
        return argument ? rebuilt(CallExpression{call->function, std::move(argument)}) : nullptr;
    }
    if (const auto* binary = std::get_if<BinaryExpression>(&expression->node)) {
        ExpressionPtr left = withoutAbsent(binary->left, absent);
        ExpressionPtr right = withoutAbsent(binary->right, absent);
        if (left && right) return rebuilt(BinaryExpression{binary->op, std::move(left), std::move(right)});
        return left ? left : right;
    }
    if (const auto* reduction = std::get_if<ReductionExpression>(&expression->node)) {
        ReductionExpression rest = *reduction;
        rest.argument = withoutAbsent(reduction->argument, absent);
        return rest.argument ? rebuilt(std::move(rest)) : nullptr;
    }
    return expression;
}

const ReductionExpression* outermostSoftmax(const Expression& expression) {
    const auto* reduction = std::get_if<ReductionExpression>(&expression.node);
    const bool fits =
        reduction != nullptr && reduction->kind == ReductionKind::Softmax && reduction->indices.size() == 1;
    return fits ? reduction : nullptr;
}

}  // namespace attnscope
