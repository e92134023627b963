#pragma once

#include "graph/graph.h"

#include <cstddef>
#include <optional>
#include <vector>

/// Where an axis of a value goes, and where it comes from; private to this room.
namespace attnscope {

/// One axis of one value.
struct AxisOf {
    ValueId value;
    std::size_t axis = 0;
    auto operator<=>(const AxisOf&) const = default;
};

/// The operation of a node if it is of this kind, else nullptr.
template <typename T>
const T* as(const Node& node) {
    return dynamic_cast<const T*>(node.operation.get());
}

/// The node that computes a value, or nullptr.
[[nodiscard]] const Node* producer(const Graph& graph, ValueId value);

/// The axis of the node's output that an axis of its input becomes, element for element: none where it is summed,
/// stretched, merged with others or split.
[[nodiscard]] std::optional<std::size_t> outputAxis(const Graph& graph, const Node& node, std::size_t input,
                                                    std::size_t axis);

/// The axes of the node's inputs that become this axis of its output, element for element.
[[nodiscard]] std::vector<AxisOf> inputAxes(const Graph& graph, const Node& node, std::size_t axis);

/// Whether a node only moves numbers, each to one place or more.
[[nodiscard]] bool onlyMoves(const Node& node);

}  // namespace attnscope
