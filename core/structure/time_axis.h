#pragma once

#include "structure/axes.h"

#include <map>

namespace attnscope {

/// Tells axes that run over timesteps from those that run over features, classes or experts, by where they come from:
/// the rows of a numeric sequence, the ids of a text, what a recurrent layer, a convolution or a pool made of them.
class TimeAxes {
public:
    explicit TimeAxes(const Graph& graph) : m_graph(graph) {}

    [[nodiscard]] bool isTime(AxisOf axis);

private:
    [[nodiscard]] bool comesFromTime(AxisOf axis);

    const Graph& m_graph;
    std::map<AxisOf, bool> m_known;
    std::size_t m_depth = 0;
};

}  // namespace attnscope
