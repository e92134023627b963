#include "structure/normalization.h"

#include "ops/elementwise.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

#include <algorithm>

namespace attnscope {

namespace {

bool isNumber(const Graph& graph, ValueId value) {
    return graph.value(value).kind == ValueKind::Constant && graph.value(value).shape.elements() == 1;
}

/// The sum that a divisor is, behind a repetition or an epsilon; nullptr for any other divisor.
const Node* sumBehind(const Graph& graph, ValueId divisor) {
    for (const Node* node = producer(graph, divisor); node != nullptr;) {
        if (const auto* reduce = as<Reduce>(*node)) return reduce->kind() == ReduceKind::Sum ? node : nullptr;
        const auto* binary = as<Binary>(*node);
        if (onlyMoves(*node)) {
            node = producer(graph, node->inputs[0]);
        } else if (binary != nullptr && (binary->kind() == BinaryKind::Add || binary->kind() == BinaryKind::Maximum)) {
            if (isNumber(graph, node->inputs[1])) {
                node = producer(graph, node->inputs[0]);
            } else if (isNumber(graph, node->inputs[0])) {
                node = producer(graph, node->inputs[1]);
            } else {
                return nullptr;
            }
        } else {
            return nullptr;
        }
    }
    return nullptr;
}

/// What exp() was taken of, behind a mask; the numbers themselves if they are no exponentials.
ValueId scoreBehind(const Graph& graph, ValueId numbers) {
    const Shape& shape = graph.value(numbers).shape;
    for (ValueId value = numbers;;) {
        const Node* node = producer(graph, value);
        if (node == nullptr || graph.value(value).shape != shape) return numbers;
        const auto* unary = as<Unary>(*node);
        if (unary != nullptr && unary->kind() == UnaryKind::Exp) return node->inputs[0];
        const auto* binary = as<Binary>(*node);
        if (unary != nullptr && unary->kind() == UnaryKind::Identity) {
            value = node->inputs[0];
        } else if (binary != nullptr && binary->kind() == BinaryKind::Multiply && isMask(graph, node->inputs[1])) {
            value = node->inputs[0];
        } else if (binary != nullptr && binary->kind() == BinaryKind::Multiply && isMask(graph, node->inputs[0])) {
            value = node->inputs[1];
        } else {
            return numbers;
        }
    }
}

/// The scores before masked ones were lowered: x of x + mask · −1e9.
ValueId scoreBeforePenalty(const Graph& graph, ValueId scores) {
    const Node* node = producer(graph, scores);
    const auto* sum = node != nullptr ? as<Binary>(*node) : nullptr;
    if (sum == nullptr || sum->kind() != BinaryKind::Add) return scores;
    const Node* penalty = producer(graph, node->inputs[1]);
    const auto* product = penalty != nullptr ? as<Binary>(*penalty) : nullptr;
    const bool lowers = product != nullptr && product->kind() == BinaryKind::Multiply &&
                        isMask(graph, penalty->inputs[0]) && isNumber(graph, penalty->inputs[1]);
    return lowers && graph.value(node->inputs[0]).shape == graph.value(scores).shape ? node->inputs[0] : scores;
}

}  // namespace

bool isMask(const Graph& graph, ValueId value) {
    const Node* node = producer(graph, value);
    while (node != nullptr && (onlyMoves(*node) || as<Reduce>(*node) != nullptr))
        node = producer(graph, node->inputs[0]);
    if (node == nullptr) return false;
    if (const auto* unary = as<Unary>(*node)) return unary->kind() == UnaryKind::Not;
    const auto* binary = as<Binary>(*node);
    if (binary == nullptr) return false;
    return binary->kind() >= BinaryKind::Equal;
}

std::optional<Normalization> normalization(const Graph& graph, const Node& node) {
    if (const auto* softmax = as<Softmax>(node))
        return Normalization{node.output, scoreBeforePenalty(graph, node.inputs[0]), softmax->axis(), true};
    const auto* binary = as<Binary>(node);
    if (binary == nullptr || binary->kind() != BinaryKind::Divide) return std::nullopt;
    const Node* sum = sumBehind(graph, node.inputs[1]);
    if (sum == nullptr || sum->inputs[0] != node.inputs[0]) return std::nullopt;
    if (isMask(graph, node.inputs[0])) return std::nullopt;  // the mean over what a mask lets through
    const auto& axes = as<Reduce>(*sum)->axes();
    if (axes.size() != 1 || graph.value(node.output).shape != graph.value(node.inputs[0]).shape) return std::nullopt;
    return Normalization{node.output, scoreBehind(graph, node.inputs[0]), axes.front(), false};
}

}  // namespace attnscope
