#include "layers/activations.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"
#include "ops/matmul.h"

// Layers that only Keras 1 has (Keras 2.0 to 2.2 still reads them as legacy layers).

namespace attnscope {

namespace {

/// The same layer with one config entry more, under which a later layer looks for it.
Layer with(const Layer& layer, const std::string& key, const nlohmann::json& value) {
    nlohmann::json config = layer.config.json();
    config[key] = value;
    Layer result = layer;
    result.config = Config(std::move(config));
    return result;
}

/// Weights of the shape of a value but the batch, or 1 along the axes that share them, which the config does not say.
Result<std::vector<ValueId>> shared(Lowering& lowering, const Layer& layer, ValueId x,
                                    const std::vector<std::string_view>& names) {
    std::vector<ExpectedWeight> expected;
    for (std::size_t index = 0; index < names.size(); ++index) {
        Shape shape = lowering.graph().shape(x).from(1);
        const Shape given = index < layer.weights.size() ? layer.weights[index].tensor->shape() : shape;
        for (std::size_t axis = 0; axis < shape.rank() && given.rank() == shape.rank(); ++axis)
            if (given[axis] == 1) shape[axis] = 1;
        expected.push_back({names[index], shape});
    }
    return addWeights(lowering, layer, expected);
}

}  // namespace

Result<std::vector<Flow>> lowerParametricSoftplus(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    // keras/layers/advanced_activations.py of Keras 1.2.2: α · softplus(β · x)
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const auto weights, shared(lowering, layer, inputs[0].value, {"alphas", "betas"}));
    ATTN_TRY(ValueId y, binary(lowering, BinaryKind::Multiply, weights[1], inputs[0].value));
    ATTN_TRY(y, unary(lowering, UnaryKind::Softplus, y));
    ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, y, weights[0], "softplus"));
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerSRelu(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/layers/advanced_activations.py of Keras 1.2.2, class SReLU: straight up to t_left with slope a_left, the
    // identity, from t_left + |t_right| on with slope a_right.
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    ATTN_TRY(const auto weights, shared(lowering, layer, x, {"t_left", "a_left", "t_right", "a_right"}));
    ATTN_TRY(const ValueId width, unary(lowering, UnaryKind::Abs, weights[2], "width"));
    ATTN_TRY(const ValueId right, binary(lowering, BinaryKind::Add, weights[0], width, "right"));
    ATTN_TRY(const ValueId shifted, binary(lowering, BinaryKind::Subtract, x, weights[0], "shifted"));
    ATTN_TRY(ValueId y, unary(lowering, UnaryKind::Relu, shifted));
    ATTN_TRY(y, binary(lowering, BinaryKind::Minimum, y, width, "center"));
    ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, weights[0]));
    ATTN_TRY(ValueId below, unary(lowering, UnaryKind::Negate, shifted));
    ATTN_TRY(below, unary(lowering, UnaryKind::Relu, below, "below"));
    ATTN_TRY(below, binary(lowering, BinaryKind::Multiply, below, weights[1]));
    ATTN_TRY(y, binary(lowering, BinaryKind::Subtract, y, below));
    ATTN_TRY(ValueId above, binary(lowering, BinaryKind::Subtract, x, right));
    ATTN_TRY(above, unary(lowering, UnaryKind::Relu, above, "above"));
    ATTN_TRY(above, binary(lowering, BinaryKind::Multiply, above, weights[3]));
    ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, above, "srelu"));
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerMerge(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/engine/topology.py of Keras 1.2.2, class Merge
    ATTN_TRY(const std::string kind, layer.config.text("mode_type", "raw"));
    if (kind != "raw")
        return fail(ErrorCode::PythonCode, "layer " + layer.name + " contains Python code; it is shown, not run");
    ATTN_TRY(const std::string mode, layer.config.text("mode", "sum"));
    const nlohmann::json& config = layer.config.json();
    if (mode == "sum") return lowerAdd(lowering, layer, inputs);
    if (mode == "mul") return lowerMultiply(lowering, layer, inputs);
    if (mode == "ave") return lowerAverage(lowering, layer, inputs);
    if (mode == "max") return lowerMaximum(lowering, layer, inputs);
    if (mode == "concat")
        return lowerConcatenate(lowering, with(layer, "axis", config.value("concat_axis", nlohmann::json(-1))), inputs);
    const Layer dot = with(layer, "axes", config.value("dot_axes", nlohmann::json(-1)));
    if (mode == "dot") return lowerDot(lowering, dot, inputs);
    if (mode != "cos")
        return fail(ErrorCode::Format,
                    "config entry mode: \"" + mode + "\" found; sum, mul, concat, ave, cos, dot or max expected");
    for (const Flow& input : inputs) ATTN_CHECK(expectRank(lowering, input.value, 2));
    ATTN_TRY(const std::vector<Flow> cosine, lowerDot(lowering, with(dot, "normalize", true), inputs));
    const Shape shape = lowering.graph().shape(cosine.front().value);
    ATTN_TRY(const ValueId y, reshape(lowering, cosine.front().value, {shape[0], 1, shape[1]}, "cosine"));
    return std::vector<Flow>{{y, std::nullopt}};
}

Result<std::vector<Flow>> lowerHighway(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/layers/core.py of Keras 1.2.2, class Highway: t·f(x·W + b) + (1 − t)·x, t = σ(x·W_carry + b_carry)
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    ATTN_CHECK(expectRank(lowering, x, 2));
    const std::int64_t features = lowering.graph().shape(x)[1];
    ATTN_TRY(const bool useBias, layer.config.flag("use_bias", true));
    std::vector<ExpectedWeight> expected{{"W", {features, features}}, {"W_carry", {features, features}}};
    if (useBias) expected.insert(expected.end(), {{"b", {features}}, {"b_carry", {features}}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    GraphBuilder& graph = lowering.graph();
    ATTN_TRY(ValueId carry, graph.add(std::make_shared<MatMul>(), {x, weights[1]}));
    ATTN_TRY(ValueId y, graph.add(std::make_shared<MatMul>(), {x, weights[0]}, "product"));
    if (useBias) {
        ATTN_TRY(carry, binary(lowering, BinaryKind::Add, carry, weights[3]));
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, weights[2], "biased"));
    }
    ATTN_TRY(const ValueId transform, unary(lowering, UnaryKind::Sigmoid, carry, "transform"));
    ATTN_TRY(y, activate(lowering, layer.config, y));
    // x + t·(f − x) is the same sum.
    ATTN_TRY(y, binary(lowering, BinaryKind::Subtract, y, x));
    ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, y, transform));
    ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, x, "highway"));
    return single(y);
}

Result<std::vector<Flow>> lowerMaxoutDense(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/layers/core.py of Keras 1.2.2, class MaxoutDense: the largest of several linear maps.
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    ATTN_CHECK(expectRank(lowering, x, 2));
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const std::int64_t units, positive(layer.config, "units"));
    ATTN_TRY(const std::int64_t maps, positive(layer.config, "nb_feature", 4));
    ATTN_TRY(const bool useBias, layer.config.flag("use_bias", true));
    std::vector<ExpectedWeight> expected{{"W", {maps, shape[1], units}}};
    if (useBias) expected.push_back({"b", {maps, units}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId kernel, permute(lowering, weights[0], {1, 0, 2}));
    ATTN_TRY(kernel, reshape(lowering, kernel, {shape[1], maps * units}));
    ATTN_TRY(ValueId y, lowering.graph().add(std::make_shared<MatMul>(), {x, kernel}));
    ATTN_TRY(y, reshape(lowering, y, {shape[0], maps, units}, "maps"));
    if (useBias) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, weights[1], "biased"));
    }
    ATTN_TRY(y, reduce(lowering, ReduceKind::Max, y, {1}, false, "largest"));
    return single(y);
}

}  // namespace attnscope
