#include "base/text.h"
#include "layers/lower_functions.h"
#include "layers/operation_functions.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

constexpr std::string_view rawClass = "TensorFlowOpLayer";
constexpr std::array tensorFlowClasses{std::string_view("TFOpLambda"), std::string_view("SlicingOpLambda"), rawClass};
constexpr std::string_view oldNames = "compat.v1.";

bool isTensorFlow(const Layer& layer) {
    return std::ranges::find(tensorFlowClasses, layer.className) != tensorFlowClasses.end();
}

/// "math.reduce_sum", as tf_keras/src/layers/core/tf_op_layer.py writes it into the config.
Result<std::string> functionOf(const Layer& layer) {
    ATTN_TRY(std::string function, layer.config.text("function", ""));
    if (function.starts_with(oldNames)) function.erase(0, oldNames.size());
    return function;
}

bool namesFunction(const OperationRow& row, std::string_view function) {
    const std::vector<std::string> names = split(row.functions, ' ');
    return !function.empty() && std::ranges::find(names, function) != names.end();
}

/// Whether a call is given nothing that depends on the model's input.
bool areConstants(Lowering& lowering, const CallArguments& call) {
    return !call.tensors.empty() && std::ranges::all_of(call.tensors, [&](const Flow& tensor) {
        const Value& value = lowering.graph().value(tensor.value);
        return value.kind == ValueKind::Constant && !value.batched;
    });
}

/// Lowers into a graph of its own.
class Aside final : public Lowering {
public:
    explicit Aside(Lowering& outer) : m_outer(outer) {}
    [[nodiscard]] GraphBuilder& graph() override { return m_graph; }
    [[nodiscard]] const Catalogue& catalogue() const override { return m_outer.catalogue(); }
    [[nodiscard]] const Era& era() const override { return m_outer.era(); }
    [[nodiscard]] const CallArguments& arguments() const override { return m_outer.arguments(); }
    [[nodiscard]] std::string chosenFormula(std::string_view layer) const override {
        return m_outer.chosenFormula(layer);
    }
    [[nodiscard]] Result<std::vector<Flow>> lower(const Layer& layer, const std::vector<Flow>& inputs) override {
        return m_outer.lower(layer, inputs);
    }
    void note(std::string message) override { m_outer.note(std::move(message)); }
    void readBy(FormulaChoice choice) override { m_outer.readBy(std::move(choice)); }

private:
    Lowering& m_outer;
    GraphBuilder m_graph;
};

Result<std::vector<TensorPtr>> evaluated(const Graph& graph) {
    std::vector<TensorPtr> tensors(graph.values().size());
    for (std::size_t index = 0; index < tensors.size(); ++index) tensors[index] = graph.values()[index].constant;
    for (const Node& node : graph.nodes()) {
        std::vector<const Tensor*> inputs;
        for (const ValueId input : node.inputs) inputs.push_back(tensors[input.index].get());
        Tensor output(graph.value(node.output).shape);
        ATTN_CHECK(node.operation->evaluate(inputs, output, {}));
        tensors[node.output.index] = share(std::move(output));
    }
    return tensors;
}

/// Lengths and a few positions: more numbers than that are computed when somebody looks at them.
constexpr std::int64_t mostKnown = 1 << 16;

bool isSmall(const Value& value) {
    return value.shape.elements() <= mostKnown;
}

/// Computes at once what does not depend on the model's input, because other operations may want the numbers: a reshape
/// to the lengths that tf.shape gives. None where they are too many.
Result<std::optional<Values>> folded(Lowering& lowering, const Layer& layer, CallArguments call,
                                     const OperationRow& row) {
    Aside aside(lowering);
    aside.graph().enterLayer(lowering.graph().layer());
    for (Flow& tensor : call.tensors)
        tensor = {aside.graph().constant("known", lowering.graph().value(tensor.value).constant), std::nullopt};
    ATTN_TRY(Values values, row.lower(OperationArguments(aside, layer, call)));
    const Graph graph = std::move(aside.graph()).build();
    if (!std::ranges::all_of(graph.values(), isSmall)) return std::nullopt;
    ATTN_TRY(const std::vector<TensorPtr> tensors, evaluated(graph));
    for (ValueId& value : values) value = lowering.graph().constant("known", tensors[value.index]);
    return std::optional(std::move(values));
}

}  // namespace

const OperationRow* findOperation(std::string_view className, std::string_view function) {
    for (const auto rows : {arrayOperations(), elementwiseOperations(), layoutOperations(), productOperations()}) {
        const auto row = std::ranges::find_if(rows, [&](const OperationRow& candidate) {
            return function.empty() ? candidate.className == className : namesFunction(candidate, function);
        });
        if (row != rows.end()) return &*row;
    }
    return nullptr;
}

bool isOperationNode(const Layer& layer) {
    return layer.operation || isTensorFlow(layer);
}

Result<std::vector<Flow>> lowerOperation(Lowering& lowering, const Layer& layer, const std::vector<Flow>& /*inputs*/) {
    CallArguments arguments = lowering.arguments();
    std::string function;
    if (layer.className == rawClass) {
        ATTN_TRY(FunctionCall call, functionCallOf(layer, arguments));
        function = std::move(call.function);
        arguments = std::move(call.arguments);
    } else if (isTensorFlow(layer)) {
        ATTN_TRY(function, functionOf(layer));
    }
    const OperationRow* row = findOperation(layer.className, function);
    if (row == nullptr) {
        return fail(ErrorCode::UnknownLayer, "layer " + layer.name + ": operation " +
                                                 (function.empty() ? layer.className : "tf." + function) +
                                                 " is not known");
    }
    std::optional<Values> values;
    if (isTensorFlow(layer) && areConstants(lowering, arguments)) {
        ATTN_TRY(values, folded(lowering, layer, arguments, *row));
    }
    if (!values) {
        ATTN_TRY(values, row->lower(OperationArguments(lowering, layer, arguments)));
    }
    std::vector<Flow> outputs;
    for (const ValueId value : *values) outputs.push_back({value, std::nullopt});  // operations know no masks
    return outputs;
}

}  // namespace attnscope
