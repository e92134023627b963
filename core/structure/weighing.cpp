#include "structure/weighing.h"

#include "ops/elementwise.h"
#include "ops/matmul.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace attnscope {

namespace {

/// Far longer than any attention block; a graph cannot make the search walk all of it again and again.
constexpr std::size_t mostSteps = 64;

/// The normalised numbers on their way.
struct Step {
    ValueId value;
    AxisMap ofScore;    ///< where the axes of the normalised value are in `value`
    AxisMap ofWeights;  ///< where those of `weights` are
    ValueId weights;    ///< their last form of their own
    std::size_t time;   ///< the normalised axis, in `value`
    std::string reduced;
    std::vector<std::string> layers;
};

AxisMap identity(std::size_t rank) {
    AxisMap map(rank);
    for (std::size_t axis = 0; axis < rank; ++axis) map[axis] = axis;
    return map;
}

class Follower {
public:
    Follower(const Graph& graph, const Uses& uses, TimeAxes& times, const Normalization& from)
        : m_graph(graph), m_uses(uses), m_times(times), m_from(from) {}

    Followed run() {
        const AxisMap start = identity(shape(m_from.weights).rank());
        m_open.push_back({m_from.weights, start, start, m_from.weights, m_from.axis, "", {layer(m_from.weights)}});
        for (std::size_t steps = 0; !m_open.empty() && steps < mostSteps && !m_found.weighing; ++steps) {
            const Step step = std::move(m_open.front());
            m_open.pop_front();
            for (const Use& use : m_uses.of(step.value)) {
                if (!m_found.weighing) advance(step, use);
            }
        }
        if (m_found.weighing) m_found.remark.clear();
        return std::move(m_found);
    }

private:
    [[nodiscard]] const Shape& shape(ValueId value) const { return m_graph.value(value).shape; }
    [[nodiscard]] const std::string& layer(ValueId value) const { return m_graph.value(value).layer; }

    void advance(const Step& step, const Use& use) {
        const Node& node = *use.node;
        if (onlyMoves(node)) return move(step, use, false);
        if (const auto* reduce = as<Reduce>(node)) {
            const bool alongTime = !outputAxis(m_graph, node, 0, step.time);
            const bool keepsSum = reduce->kind() == ReduceKind::Mean || reduce->kind() == ReduceKind::Sum;
            if (!alongTime && keepsSum) move(step, use, true);
            return;
        }
        if (const auto* product = as<MatMul>(node)) return matrixProduct(step, use, *product);
        const auto* binary = as<Binary>(node);
        if (binary == nullptr) return;
        const ValueId other = node.inputs[1 - use.input];
        const bool scales =
            binary->kind() == BinaryKind::Multiply || (binary->kind() == BinaryKind::Divide && use.input == 0);
        const bool number = m_graph.value(other).kind == ValueKind::Constant;
        // Weights that are masked, scaled or normalised once more are still weights.
        if (scales && (number || isMask(m_graph, other) || normalization(m_graph, node))) return move(step, use, true);
        if (binary->kind() == BinaryKind::Multiply) multiply(step, use, other);
    }

    /// Goes on with the node's output; `changed` numbers are the weights from there on.
    void move(const Step& step, const Use& use, bool changed) {
        const auto time = outputAxis(m_graph, *use.node, use.input, step.time);
        if (!time) return;
        Step next = step;
        next.value = use.node->output;
        next.time = *time;
        moveMap(next.ofScore, use);
        moveMap(next.ofWeights, use);
        if (layer(next.value) != next.layers.back()) next.layers.push_back(layer(next.value));
        if (changed) {
            next.weights = next.value;
            next.ofWeights = identity(shape(next.value).rank());
            if (const auto* reduce = as<Reduce>(*use.node))
                next.reduced = reduce->kind() == ReduceKind::Mean ? "mean" : "sum";
        }
        m_open.push_back(std::move(next));
    }

    void moveMap(AxisMap& map, const Use& use) const {
        for (auto& axis : map)
            if (axis) axis = outputAxis(m_graph, *use.node, use.input, *axis);
    }

    /// Whether the values are data along this axis that runs over timesteps, not weights or bits themselves.
    bool areValues(const Step& step, AxisOf axis) {
        if (!m_graph.value(axis.value).batched || isMask(m_graph, axis.value) || isNormalized(axis.value)) return false;
        if (m_times.isTime(axis)) return true;
        if (shape(axis.value)[axis.axis] > 1) remark(step, "features");
        return false;
    }

    [[nodiscard]] bool isNormalized(ValueId value) const {
        const Node* node = producer(m_graph, value);
        while (node != nullptr && onlyMoves(*node)) node = producer(m_graph, node->inputs[0]);
        return node != nullptr && normalization(m_graph, *node).has_value();
    }

    /// Weights that every timestep has, but that are no weights of timesteps.
    void remark(const Step& step, const std::string& over) {
        bool perTimestep = false;
        for (std::size_t axis = 1; axis < shape(step.weights).rank(); ++axis)
            perTimestep = perTimestep || (axis != m_from.axis && m_times.isTime({step.weights, axis}));
        if (!perTimestep) return;
        m_found.remark = "layer " + layer(m_from.weights) + " normalises over " + over +
                         " at every timestep, so it is no attention over timesteps";
    }

    void multiply(const Step& step, const Use& use, ValueId other) {
        const Node& node = *use.node;
        const Shape& out = shape(node.output);
        const auto time = outputAxis(m_graph, node, use.input, step.time);
        const std::size_t offset = out.rank() - shape(other).rank();
        if (!time) {
            if (shape(step.value)[step.time] == 1) remark(step, "a single number");
            return;
        }
        if (*time < offset || shape(other)[*time - offset] != out[*time]) return;
        if (!areValues(step, {other, *time - offset})) return;
        Step last = step;
        moveMap(last.ofScore, use);
        moveMap(last.ofWeights, use);
        std::vector<std::string> letters = lettersFor(out, *time, {});
        Weighing found = weighing(last, node.output, other, letters, *time);
        for (std::size_t axis = 1; axis < shape(other).rank(); ++axis)
            found.valueAxes.push_back(shape(other)[axis] == out[axis + offset] ? letters[axis + offset]
                                                                               : spare(letters));
        sum(found, node.output, letters, *time);
        m_found.weighing = std::move(found);
    }

    /// Index letters for the axes of weights × values, the batch first: t, then f, g, … for what the values have.
    static std::vector<std::string> lettersFor(const Shape& out, std::size_t time,
                                               const std::map<std::size_t, std::string>& given) {
        static constexpr std::array<const char*, 6> names{"f", "g", "h", "m", "n", "p"};
        std::vector<std::string> letters(out.rank());
        std::size_t next = 0;
        for (std::size_t axis = 1; axis < out.rank(); ++axis) {
            const auto known = given.find(axis);
            if (axis == time) {
                letters[axis] = "t";
            } else if (known != given.end()) {
                letters[axis] = known->second;
            } else {
                letters[axis] = names[std::min(next++, names.size() - 1)];
            }
        }
        return letters;
    }

    /// A letter for an axis that is none of the product's.
    static std::string spare(std::vector<std::string>& letters) {
        for (char letter = 'o';; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
            const std::string name(1, letter);
            if (std::ranges::find(letters, name) != letters.end()) continue;
            letters.push_back(name);
            return name;
        }
    }

    Weighing weighing(const Step& last, ValueId product, ValueId values, std::vector<std::string>& letters,
                      std::size_t time) {
        Weighing found;
        found.normalization = m_from;
        found.weights = last.weights;
        found.values = values;
        found.product = product;
        found.output = product;
        found.reduced = last.reduced;
        found.layersOnTheWay = last.layers;
        const auto named = [&](const AxisMap& map, std::vector<std::string>& axes) {
            for (std::size_t axis = 1; axis < map.size(); ++axis)
                axes.push_back(map[axis] && *map[axis] > 0 ? letters[*map[axis]] : spare(letters));
        };
        named(last.ofWeights, found.weightAxes);
        found.scoreAxes = found.weightAxes;
        if (last.weights != m_from.weights) {
            found.scoreAxes.clear();
            named(last.ofScore, found.scoreAxes);
        }
        for (std::size_t axis = 1; axis < last.ofWeights.size(); ++axis)
            if (last.ofWeights[axis] == time) found.time = axis;
        return found;
    }

    /// Follows the product to its sum over the normalised axis; bits may be multiplied in on the way, as pooling layers
    /// do for masks.
    void sum(Weighing& found, ValueId product, const std::vector<std::string>& letters, std::size_t time) {
        std::deque<std::pair<ValueId, AxisMap>> open{{product, identity(shape(product).rank())}};
        for (std::size_t steps = 0; !open.empty() && steps < mostSteps; ++steps) {
            const auto [value, map] = std::move(open.front());
            open.pop_front();
            for (const Use& use : m_uses.of(value)) {
                const auto* reduce = as<Reduce>(*use.node);
                const bool adds =
                    reduce != nullptr && (reduce->kind() == ReduceKind::Sum || reduce->kind() == ReduceKind::Mean);
                if (adds && reduce->axes() == std::vector{*map[time]}) {
                    found.output = use.node->output;
                    found.total = reduce->kind() == ReduceKind::Sum ? Total::Sum : Total::Mean;
                    AxisMap moved = map;
                    moveMap(moved, use);
                    found.outputAxes = lettersOf(found.output, moved, letters);
                    return;
                }
                const auto* binary = as<Binary>(*use.node);
                const bool masks = binary != nullptr && binary->kind() == BinaryKind::Multiply &&
                                   isMask(m_graph, use.node->inputs[1 - use.input]);
                AxisMap moved = map;
                moveMap(moved, use);
                if ((masks || onlyMoves(*use.node)) && moved[time])
                    open.emplace_back(use.node->output, std::move(moved));
            }
        }
        found.outputAxes = lettersOf(product, identity(shape(product).rank()), letters);
    }

    /// The letters of a value's axes, where `map` says which axes of the product they are.
    std::vector<std::string> lettersOf(ValueId value, const AxisMap& map, std::vector<std::string> letters) const {
        std::vector<std::string> axes(shape(value).rank());
        for (std::size_t axis = 1; axis < map.size(); ++axis)
            if (map[axis] && *map[axis] < axes.size()) axes[*map[axis]] = letters[axis];
        for (std::size_t axis = 1; axis < axes.size(); ++axis)
            if (axes[axis].empty()) axes[axis] = spare(letters);
        axes.erase(axes.begin());
        return axes;
    }

    /// Dot, batch_dot and matmul sum what they weigh.
    void matrixProduct(const Step& step, const Use& use, const MatMul& product) {
        const Node& node = *use.node;
        const ValueId other = node.inputs[1 - use.input];
        const std::size_t rank = shape(step.value).rank();
        const std::size_t otherRank = shape(other).rank();
        const auto summed = [&](std::size_t input, std::size_t of) {
            const bool transposed = input == 0 ? product.transposeA() : product.transposeB();
            return (input == 0) == transposed ? of - 2 : of - 1;
        };
        if (step.time != summed(use.input, rank)) return;
        const std::size_t otherTime = summed(1 - use.input, otherRank);
        if (!areValues(step, {other, otherTime})) return;
        const Shape& out = shape(node.output);
        // The weights' own other axis is the query's.
        const std::size_t query = use.input == 0 ? out.rank() - 2 : out.rank() - 1;
        const std::size_t feature = use.input == 0 ? out.rank() - 1 : out.rank() - 2;
        std::map<std::size_t, std::string> given{{query, "q"}, {feature, "f"}};
        for (std::size_t axis = 1; axis + 2 < out.rank(); ++axis)
            given[axis] = axis == 1 ? "h" : "h" + std::to_string(axis);
        std::vector<std::string> letters = lettersFor(out, out.rank(), given);
        letters.push_back("t");  // the axis that is gone
        Step last = step;
        const auto moveToProduct = [&](AxisMap& map) {
            for (auto& axis : map) {
                if (!axis) continue;
                axis = *axis == step.time ? std::optional(out.rank()) : outputAxis(m_graph, node, use.input, *axis);
            }
        };
        moveToProduct(last.ofScore);
        moveToProduct(last.ofWeights);
        Weighing found = weighing(last, node.output, other, letters, out.rank());
        for (std::size_t axis = 1; axis < otherRank; ++axis) {
            const auto place =
                axis == otherTime ? std::optional(out.rank()) : outputAxis(m_graph, node, 1 - use.input, axis);
            found.valueAxes.push_back(place ? letters[*place] : spare(letters));
        }
        found.total = Total::Sum;
        finishProduct(found, letters);
        m_found.weighing = std::move(found);
    }

    /// What the layer of the matrix product makes of it by moving it only is its output.
    void finishProduct(Weighing& found, const std::vector<std::string>& letters) const {
        AxisMap map = identity(shape(found.product).rank());
        for (bool moved = true; moved;) {
            moved = false;
            for (const Use& use : m_uses.of(found.output)) {
                if (!onlyMoves(*use.node) || layer(use.node->output) != layer(found.product)) continue;
                moveMap(map, use);
                found.output = use.node->output;
                moved = true;
                break;
            }
        }
        found.outputAxes = lettersOf(found.output, map, letters);
    }

    const Graph& m_graph;
    const Uses& m_uses;
    TimeAxes& m_times;
    const Normalization& m_from;
    std::deque<Step> m_open;
    Followed m_found;
};

}  // namespace

Uses::Uses(const Graph& graph) : m_uses(graph.values().size()) {
    for (const Node& node : graph.nodes()) {
        for (std::size_t input = 0; input < node.inputs.size(); ++input)
            m_uses[node.inputs[input].index].push_back({&node, input});
    }
}

Followed follow(const Graph& graph, const Uses& uses, TimeAxes& times, const Normalization& from) {
    return Follower(graph, uses, times, from).run();
}

}  // namespace attnscope
