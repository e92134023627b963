#pragma once

#include "graph/operation.h"
#include "graph/site.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace attnscope {

enum class ValueKind {
    Input,     ///< given anew with every evaluation
    Constant,  ///< a trained weight, a parameter, or a fact such as an all-ones mask
    Computed,  ///< the output of a node
};

/// A value of the graph: a tensor's place, not its numbers.
struct Value {
    std::string name;   ///< unique in the graph: "attention/a"
    std::string layer;  ///< the layer it came from; empty for none
    Shape shape;        ///< with the batch axis first where `batched`
    ValueKind kind = ValueKind::Computed;
    bool batched = false;
    TensorPtr constant;      ///< for Constant
    std::size_t producer = 0;  ///< for Computed: index into Graph::nodes()
};

/// One operation at work: reads values, writes one value.
struct Node {
    std::shared_ptr<const Operation> operation;
    std::vector<ValueId> inputs;
    ValueId output;
};

/// What one layer call made of its inputs: for lists of layers with shapes.
struct LayerOutput {
    std::string layer;
    ValueId value;
};

/// A model lowered to operations on values, for one batch size and sequence length. Immutable; nodes are in an order in
/// which they can run.
class Graph {
public:
    [[nodiscard]] const std::vector<Value>& values() const { return m_values; }
    [[nodiscard]] const Value& value(ValueId id) const { return m_values[id.index]; }
    [[nodiscard]] const std::vector<Node>& nodes() const { return m_nodes; }
    [[nodiscard]] const std::vector<ValueId>& inputs() const { return m_inputs; }
    [[nodiscard]] const std::vector<ValueId>& outputs() const { return m_outputs; }
    [[nodiscard]] const std::vector<Site>& sites() const { return m_sites; }
    [[nodiscard]] const std::vector<LayerOutput>& layerOutputs() const { return m_layerOutputs; }

    /// The value with this name, or an error of code NotFound that lists near names.
    [[nodiscard]] Result<ValueId> find(std::string_view name) const;

private:
    friend class GraphBuilder;
    std::vector<Value> m_values;
    std::vector<Node> m_nodes;
    std::vector<ValueId> m_inputs;
    std::vector<ValueId> m_outputs;
    std::vector<Site> m_sites;
    std::vector<LayerOutput> m_layerOutputs;
    std::map<std::string, ValueId, std::less<>> m_byName;
};

/// Builds a graph operation by operation; every operation's shape rule is applied as it is added.
class GraphBuilder {
public:
    /// Values added from here on belong to `layer` and are named `layer/…`. Errors from then on name the layer.
    void enterLayer(std::string layer) { m_layer = std::move(layer); }
    [[nodiscard]] const std::string& layer() const { return m_layer; }

    /// A value given with every evaluation, shape with the batch axis first.
    ValueId input(const std::string& name, Shape shape);

    /// A weight or parameter; `name` is made unique within the layer. A layer that is called again with the same tensor
    /// under the same name shares the value, so that an edit of it reaches every call.
    ValueId constant(std::string_view name, TensorPtr tensor);
    /// A scalar parameter.
    ValueId scalar(std::string_view name, float number) { return constant(name, share(Tensor({}, number))); }
    /// A constant that has a batch axis, e.g. an all-ones mask [batch, time].
    ValueId batchedConstant(std::string_view name, TensorPtr tensor);

    /// Adds an operation; `name` names its output within the layer (made unique; the operation's name if empty).
    /// Error of code Shape, within the layer and the value, if the shape rule refuses the inputs.
    [[nodiscard]] Result<ValueId> add(std::shared_ptr<const Operation> operation, std::vector<ValueId> inputs,
                                      std::string_view name = {});

    [[nodiscard]] const Value& value(ValueId id) const { return m_graph.value(id); }
    [[nodiscard]] const Shape& shape(ValueId id) const { return m_graph.value(id).shape; }

    void output(ValueId id) { m_graph.m_outputs.push_back(id); }
    /// Adds a site; its name is made unique.
    void site(Site site);
    void layerOutput(std::string layer, ValueId value) { m_graph.m_layerOutputs.push_back({std::move(layer), value}); }

    [[nodiscard]] Graph build() && { return std::move(m_graph); }

private:
    [[nodiscard]] std::string fullName(std::string_view name) const;
    ValueId append(Value value, std::string_view name);

    Graph m_graph;
    std::string m_layer;
};

}  // namespace attnscope
