#pragma once

#include "graph/graph.h"

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace attnscope::test {

/// What every value of a graph came out as, by its name.
class GraphRun {
public:
    GraphRun(const Graph& graph, std::vector<Tensor> values) : m_graph(graph), m_values(std::move(values)) {}

    /// Throws when the graph has no such value, which fails the test.
    [[nodiscard]] const Tensor& operator[](const std::string& name) const {
        const Result<ValueId> id = m_graph.find(name);
        if (!id) throw std::invalid_argument(id.error().text());
        return (*this)[*id];
    }
    [[nodiscard]] const Tensor& operator[](ValueId id) const { return m_values[id.index]; }

private:
    const Graph& m_graph;
    std::vector<Tensor> m_values;
};

/// Runs every node of a graph once, in order, with the operations' CPU kernels. `inputs` gives the graph's inputs and
/// may replace constants, both by name. The graph must outlive the run.
[[nodiscard]] inline Result<GraphRun> runGraph(const Graph& graph, const std::map<std::string, Tensor>& inputs) {
    std::vector<Tensor> values(graph.values().size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Value& value = graph.values()[i];
        if (value.kind == ValueKind::Constant) values[i] = *value.constant;
        if (const auto given = inputs.find(value.name); given != inputs.end())
            values[i] = given->second;
        else if (value.kind == ValueKind::Input)
            return fail(ErrorCode::InvalidInput, "no tensor for " + value.name);
        if (value.kind != ValueKind::Computed && values[i].shape() != value.shape)
            return fail(ErrorCode::Shape,
                        value.name + " is " + value.shape.text() + ", not " + values[i].shape().text());
    }
    for (const Node& node : graph.nodes()) {
        std::vector<const Tensor*> arguments;
        for (const ValueId input : node.inputs) arguments.push_back(&values[input.index]);
        Tensor output(graph.value(node.output).shape);
        if (Status status = node.operation->evaluate(arguments, output, CancelToken()); !status)
            return failWithin(graph.value(node.output).name, std::move(status).error());
        values[node.output.index] = std::move(output);
    }
    return GraphRun(graph, std::move(values));
}

}  // namespace attnscope::test
