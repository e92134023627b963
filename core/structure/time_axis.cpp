#include "structure/time_axis.h"

#include "ops/convolution.h"
#include "ops/gather.h"
#include "ops/layout.h"
#include "ops/recurrent.h"

#include <algorithm>

namespace attnscope {

namespace {

/// Deeper than models are between an attention block and the last recurrent layer before it; a file cannot exhaust the
/// stack.
constexpr std::size_t deepest = 2000;

}  // namespace

bool TimeAxes::isTime(AxisOf axis) {
    if (axis.axis == 0) return false;  // the batch
    if (const auto known = m_known.find(axis); known != m_known.end()) return known->second;
    if (m_depth == deepest) return false;
    ++m_depth;
    const bool time = comesFromTime(axis);
    --m_depth;
    m_known.emplace(axis, time);
    return time;
}

bool TimeAxes::comesFromTime(AxisOf axis) {
    const Value& value = m_graph.value(axis.value);
    if (value.kind == ValueKind::Constant) return false;
    if (value.kind == ValueKind::Input) return axis.axis + 1 < value.shape.rank();
    const Node& node = m_graph.nodes()[value.producer];
    if (as<Gather>(node) != nullptr) return axis.axis < m_graph.value(node.inputs[1]).shape.rank();
    const bool runsOverTime =
        as<Recurrent>(node) != nullptr || as<Convolution1D>(node) != nullptr || as<Pool1D>(node) != nullptr;
    if (runsOverTime) return axis.axis == 1;
    if (const auto* joined = as<Concatenate>(node); joined != nullptr && joined->axis() == axis.axis) {
        // Sequences behind each other are a sequence; single vectors side by side are not.
        return std::ranges::any_of(node.inputs, [&](ValueId part) {
            return m_graph.value(part).shape[axis.axis] > 1 && isTime({part, axis.axis});
        });
    }
    if (as<Slice>(node) != nullptr || as<Pad>(node) != nullptr) return isTime({node.inputs[0], axis.axis});
    return std::ranges::any_of(inputAxes(m_graph, node, axis.axis), [this](AxisOf from) { return isTime(from); });
}

}  // namespace attnscope
