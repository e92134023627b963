#include "ops/normalization.h"

#include "layers/lower_functions.h"
#include "layers/support.h"

#include <algorithm>

namespace attnscope {

namespace {

/// A parameter of the normalised axes, stretched so that it meets them in a value of the given shape.
Result<ValueId> broadcastOver(Lowering& lowering, ValueId parameter, const std::vector<std::size_t>& axes,
                              const Shape& shape) {
    if (axes.size() == 1 && axes[0] + 1 == shape.rank()) return parameter;
    Shape stretched(std::vector<std::int64_t>(shape.rank(), 1));
    for (const std::size_t axis : axes) stretched[axis] = shape[axis];
    return reshape(lowering, parameter, std::move(stretched));
}

/// Axes and the shape of a parameter that belongs to them: [shape[axis] for axis in axes].
struct NormalizedAxes {
    std::vector<std::size_t> axes;
    Shape parameter;
};

Result<NormalizedAxes> readAxes(const Config& config, const Shape& shape) {
    std::vector<std::int64_t> named{-1};
    if (config.has("axis")) {
        ATTN_TRY(named, config.integers("axis"));
    }
    NormalizedAxes result;
    ATTN_TRY(result.axes, axesOf(named, shape.rank()));
    std::vector<std::int64_t> extents;
    for (const std::size_t axis : result.axes) extents.push_back(shape[axis]);
    result.parameter = Shape(std::move(extents));
    return result;
}

}  // namespace

Result<std::vector<Flow>> lowerBatchNormalization(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/normalization/batch_normalization.py in inference: (x − mean) / √(variance + ε) · γ + β
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const NormalizedAxes over, readAxes(layer.config, shape));
    ATTN_TRY(const float epsilon, layer.config.number("epsilon", 1e-3F));
    ATTN_TRY(const bool scale, layer.config.flag("scale", true));
    ATTN_TRY(const bool center, layer.config.flag("center", true));
    std::vector<ExpectedWeight> expected;
    if (scale) expected.push_back({"gamma", over.parameter});
    if (center) expected.push_back({"beta", over.parameter});
    expected.push_back({"moving_mean", over.parameter});
    expected.push_back({"moving_variance", over.parameter});
    ATTN_TRY(std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    for (ValueId& weight : weights) {
        ATTN_TRY(weight, broadcastOver(lowering, weight, over.axes, shape));
    }
    const ValueId mean = weights[weights.size() - 2];
    ATTN_TRY(const ValueId variance, binary(lowering, BinaryKind::Add, weights.back(), epsilon, "epsilon"));
    ATTN_TRY(ValueId factor, unary(lowering, UnaryKind::Sqrt, variance, "deviation"));
    ATTN_TRY(factor, unary(lowering, UnaryKind::Reciprocal, factor, "factor"));
    if (scale) {
        ATTN_TRY(factor, binary(lowering, BinaryKind::Multiply, factor, weights[0], "scaled_factor"));
    }
    ATTN_TRY(const ValueId centered, binary(lowering, BinaryKind::Subtract, x, mean, "centered"));
    ATTN_TRY(ValueId y, binary(lowering, BinaryKind::Multiply, centered, factor, "normalized"));
    if (center) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, weights[scale ? 1 : 0], "shifted"));
    }
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerLayerNormalization(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/normalization/layer_normalization.py
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const NormalizedAxes over, readAxes(layer.config, shape));
    ATTN_TRY(const float epsilon, layer.config.number("epsilon", 1e-3F));
    ATTN_TRY(const bool scale, layer.config.flag("scale", true));
    ATTN_TRY(const bool center, layer.config.flag("center", true));
    std::vector<ExpectedWeight> expected;
    if (scale) expected.push_back({"gamma", over.parameter});
    if (center) expected.push_back({"beta", over.parameter});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));

    // The operation works on the last axes: bring the normalised ones there, and back.
    std::vector<std::size_t> order;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis)
        if (std::ranges::find(over.axes, axis) == over.axes.end()) order.push_back(axis);
    std::vector<std::size_t> sorted = over.axes;
    std::ranges::sort(sorted);
    order.insert(order.end(), sorted.begin(), sorted.end());
    std::vector<std::size_t> back(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) back[order[i]] = i;

    ATTN_TRY(ValueId y, permute(lowering, x, order));
    ATTN_TRY(y, lowering.graph().add(std::make_shared<Standardize>(over.axes.size(), epsilon), {y}, "normalized"));
    ATTN_TRY(y, permute(lowering, y, back));
    if (scale) {
        ATTN_TRY(const ValueId gamma, broadcastOver(lowering, weights[0], over.axes, shape));
        ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, y, gamma, "scaled"));
    }
    if (center) {
        ATTN_TRY(const ValueId beta, broadcastOver(lowering, weights.back(), over.axes, shape));
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, beta, "shifted"));
    }
    return single(y, inputs[0].mask);
}

}  // namespace attnscope
