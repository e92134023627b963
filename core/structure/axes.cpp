#include "structure/axes.h"

#include "ops/elementwise.h"
#include "ops/layout.h"
#include "ops/matmul.h"
#include "ops/normalization.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

#include <algorithm>

namespace attnscope {

namespace {

using Axis = std::optional<std::size_t>;

/// The axis of `to` that holds what `axis` of `from` holds, with as many numbers around it: the others may be merged
/// and split as they like. Never the batch for another axis.
Axis reshapedAxis(const Shape& from, const Shape& to, std::size_t axis) {
    const std::int64_t before = from.upTo(axis).elements();
    std::int64_t passed = 1;
    for (std::size_t place = 0; place < to.rank(); ++place) {
        const bool sameSide = (axis == 0) == (place == 0);
        if (sameSide && passed == before && to[place] == from[axis]) return place;
        passed *= to[place];
    }
    return std::nullopt;
}

/// Shapes of broadcasting operands are aligned at their last axes.
Axis alignedAxis(const Shape& from, const Shape& to, std::size_t axis) {
    const std::size_t place = axis + to.rank() - from.rank();
    if (place >= to.rank() || from[axis] != to[place]) return std::nullopt;
    return place;
}

Axis reducedAxis(const Reduce& reduce, std::size_t axis) {
    if (std::ranges::find(reduce.axes(), axis) != reduce.axes().end()) return std::nullopt;
    if (reduce.keepAxes()) return axis;
    return axis - static_cast<std::size_t>(
                      std::ranges::count_if(reduce.axes(), [axis](std::size_t gone) { return gone < axis; }));
}

/// Rows of the left operand, columns of the right one, and the leading axes of both.
Axis productAxis(const MatMul& product, const Shape& from, const Shape& to, std::size_t input, std::size_t axis) {
    const std::size_t rank = from.rank();
    if (axis + 2 < rank) return alignedAxis(from.upTo(rank - 2), to.upTo(to.rank() - 2), axis);
    const bool transposed = input == 0 ? product.transposeA() : product.transposeB();
    const bool isLast = axis + 1 == rank;
    const bool isRow = isLast == transposed;
    if (input == 0 && isRow) return to.rank() - 2;
    if (input == 1 && !isRow) return to.rank() - 1;
    return std::nullopt;
}

bool keepsShape(const Node& node) {
    return as<Unary>(node) != nullptr || as<Softmax>(node) != nullptr || as<Standardize>(node) != nullptr;
}

}  // namespace

const Node* producer(const Graph& graph, ValueId value) {
    const Value& found = graph.value(value);
    return found.kind == ValueKind::Computed ? &graph.nodes()[found.producer] : nullptr;
}

std::optional<std::size_t> outputAxis(const Graph& graph, const Node& node, std::size_t input, std::size_t axis) {
    const Shape& from = graph.value(node.inputs[input]).shape;
    const Shape& to = graph.value(node.output).shape;
    if (as<Reshape>(node) != nullptr) return reshapedAxis(from, to, axis);
    if (const auto* permute = as<Permute>(node)) {
        const auto place = std::ranges::find(permute->order(), axis);
        return static_cast<std::size_t>(place - permute->order().begin());
    }
    if (const auto* reduce = as<Reduce>(node)) return reducedAxis(*reduce, axis);
    if (const auto* product = as<MatMul>(node)) return productAxis(*product, from, to, input, axis);
    if (const auto* joined = as<Concatenate>(node)) return joined->axis() == axis ? Axis() : Axis(axis);
    if (keepsShape(node) && input == 0) return axis;
    const bool broadcasts =
        as<Broadcast>(node) != nullptr || as<Binary>(node) != nullptr || as<Select>(node) != nullptr;
    if (broadcasts || (keepsShape(node) && input == 1)) return alignedAxis(from, to, axis);
    // Parts of an axis are not the axis.
    if (as<Slice>(node) != nullptr || as<Pad>(node) != nullptr) return from[axis] == to[axis] ? Axis(axis) : Axis();
    return std::nullopt;
}

std::vector<AxisOf> inputAxes(const Graph& graph, const Node& node, std::size_t axis) {
    std::vector<AxisOf> found;
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
        const std::size_t rank = graph.value(node.inputs[input]).shape.rank();
        for (std::size_t place = 0; place < rank; ++place)
            if (outputAxis(graph, node, input, place) == axis) found.push_back({node.inputs[input], place});
    }
    return found;
}

bool onlyMoves(const Node& node) {
    const auto* unary = as<Unary>(node);
    return as<Reshape>(node) != nullptr || as<Permute>(node) != nullptr || as<Broadcast>(node) != nullptr ||
           (unary != nullptr && unary->kind() == UnaryKind::Identity);
}

}  // namespace attnscope
