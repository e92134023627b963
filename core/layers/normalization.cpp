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

/// Keras 3 with rms_scaling: x / √(variance + ε), the mean not taken away (keras/src/ops/nn.py, _layer_normalization;
/// layers/normalization/layer_normalization.py before 3.9).
Result<ValueId> dividedByDeviation(Lowering& lowering, ValueId x, const std::vector<std::size_t>& axes, float epsilon) {
    ATTN_TRY(const ValueId mean, reduce(lowering, ReduceKind::Mean, x, axes, true));
    ATTN_TRY(ValueId variance, binary(lowering, BinaryKind::Subtract, x, mean));
    ATTN_TRY(variance, unary(lowering, UnaryKind::Square, variance));
    ATTN_TRY(variance, reduce(lowering, ReduceKind::Mean, variance, axes, true));
    ATTN_TRY(variance, binary(lowering, BinaryKind::Add, variance, epsilon, "epsilon"));
    ATTN_TRY(const ValueId deviation, unary(lowering, UnaryKind::Sqrt, variance, "deviation"));
    return binary(lowering, BinaryKind::Divide, x, deviation, "normalized");
}

/// (x − mean) / √(variance + ε) over the given axes.
Result<ValueId> standardized(Lowering& lowering, ValueId x, const std::vector<std::size_t>& axes, float epsilon) {
    // The operation works on the last axes: bring the normalised ones there, and back.
    std::vector<std::size_t> order;
    for (std::size_t axis = 0; axis < lowering.graph().shape(x).rank(); ++axis)
        if (std::ranges::find(axes, axis) == axes.end()) order.push_back(axis);
    std::vector<std::size_t> sorted = axes;
    std::ranges::sort(sorted);
    order.insert(order.end(), sorted.begin(), sorted.end());
    std::vector<std::size_t> back(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) back[order[i]] = i;
    ATTN_TRY(ValueId y, permute(lowering, x, order));
    ATTN_TRY(y, lowering.graph().add(std::make_shared<Standardize>(axes.size(), epsilon), {y}, "normalized"));
    return permute(lowering, y, back);
}

/// With renorm a layer has three weights more, behind the others, that only its training looks at (keras/src/layers/
/// normalization/batch_normalization.py, _renorm_correction_and_moments).
Result<Layer> withoutRenormalization(const Layer& layer) {
    Layer kept = layer;
    ATTN_TRY(const bool renormalizes, layer.config.flag("renorm", false));
    if (renormalizes && kept.weights.size() > 3) kept.weights.resize(kept.weights.size() - 3);
    return kept;
}

/// keras/layers/normalization.py of Keras 1.2.2, mode 1: over the features of each timestep, ε added twice.
Result<ValueId> sampleBySample(Lowering& lowering, ValueId x, float epsilon, const std::vector<ValueId>& weights) {
    const std::size_t last = lowering.graph().shape(x).rank() - 1;
    ATTN_TRY(const ValueId mean, reduce(lowering, ReduceKind::Mean, x, {last}, true, "mean"));
    ATTN_TRY(const ValueId centered, binary(lowering, BinaryKind::Subtract, x, mean, "centered"));
    ATTN_TRY(ValueId deviation, unary(lowering, UnaryKind::Square, centered));
    ATTN_TRY(deviation, reduce(lowering, ReduceKind::Mean, deviation, {last}, true));
    const ValueId added = lowering.graph().scalar("epsilon", epsilon);
    ATTN_TRY(deviation, binary(lowering, BinaryKind::Add, deviation, added));
    ATTN_TRY(deviation, unary(lowering, UnaryKind::Sqrt, deviation));
    ATTN_TRY(deviation, binary(lowering, BinaryKind::Add, deviation, added, "deviation"));
    ATTN_TRY(ValueId y, binary(lowering, BinaryKind::Divide, centered, deviation, "normalized"));
    ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, y, weights[0], "scaled"));
    return binary(lowering, BinaryKind::Add, y, weights[1], "shifted");
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
    ATTN_TRY(const std::int64_t mode, layer.config.integer("mode", 0));
    if (mode == 2)
        return fail(ErrorCode::Unsupported,
                    "config entry mode: 2 found; it takes mean and variance from the batch at hand, which one text or "
                    "sequence does not have");
    if (mode != 0 && mode != 1)
        return fail(ErrorCode::Format, "config entry mode: " + std::to_string(mode) + " found; 0, 1 or 2 expected");
    std::vector<ExpectedWeight> expected;
    if (scale) expected.push_back({"gamma", over.parameter});
    if (center) expected.push_back({"beta", over.parameter});
    expected.push_back({"moving_mean", over.parameter});
    expected.push_back({"moving_variance", over.parameter});
    ATTN_TRY(const Layer kept, withoutRenormalization(layer));
    ATTN_TRY(std::vector<ValueId> weights, addWeights(lowering, kept, expected));
    if (mode == 1) {
        ATTN_TRY(const ValueId y, sampleBySample(lowering, x, epsilon, weights));
        return single(y, inputs[0].mask);
    }
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
    ATTN_TRY(const bool byDeviation, layer.config.flag("rms_scaling", false));
    ATTN_TRY(bool scale, layer.config.flag("scale", true));
    ATTN_TRY(bool center, layer.config.flag("center", true));
    scale = scale || byDeviation;
    center = center && !byDeviation;
    std::vector<ExpectedWeight> expected;
    if (scale) expected.push_back({"gamma", over.parameter});
    if (center) expected.push_back({"beta", over.parameter});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y, byDeviation ? dividedByDeviation(lowering, x, over.axes, epsilon)
                                    : standardized(lowering, x, over.axes, epsilon));
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

Result<std::vector<Flow>> lowerGroupNormalization(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/normalization/group_normalization.py: over all axes but the batch, a group of features for
    // itself; keras/src/layers/normalization/group_normalization.py does not look at the mask.
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    const Shape shape = lowering.graph().shape(x);
    if (inputs[0].mask && lowering.era().generation != Generation::Keras3)
        return fail(ErrorCode::Unsupported,
                    "it is given a mask, which tf.keras cannot stretch over the features and so fails");
    ATTN_TRY(const std::int64_t named, layer.config.integer("axis", -1));
    ATTN_TRY(const std::size_t axis, axisOf(named, shape.rank()));
    if (shape.rank() < 2 || axis + 1 != shape.rank())
        return fail(ErrorCode::Unsupported, "config entry axis: only the last axis is supported");
    const std::int64_t features = shape.back();
    ATTN_TRY(std::int64_t groups, layer.config.integer("groups", 32));
    if (groups == -1) groups = features;
    if (groups < 1 || features % groups != 0)
        return fail(ErrorCode::Shape, "config entry groups: " + std::to_string(groups) +
                                          " found, which does not divide " + std::to_string(features) + " features");
    ATTN_TRY(const float epsilon, layer.config.number("epsilon", 1e-3F));
    ATTN_TRY(const bool scale, layer.config.flag("scale", true));
    ATTN_TRY(const bool center, layer.config.flag("center", true));
    std::vector<ExpectedWeight> expected;
    if (scale) expected.push_back({"gamma", {features}});
    if (center) expected.push_back({"beta", {features}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));

    const std::int64_t places = shape.from(1).elements() / features;
    const std::int64_t size = features / groups;
    ATTN_TRY(ValueId y, reshape(lowering, x, {shape[0], places, groups, size}));
    ATTN_TRY(y, permute(lowering, y, {0, 2, 1, 3}));
    ATTN_TRY(y, lowering.graph().add(std::make_shared<Standardize>(2, epsilon), {y}, "normalized"));
    ATTN_TRY(y, permute(lowering, y, {0, 2, 1, 3}));
    ATTN_TRY(y, reshape(lowering, y, shape));
    if (scale) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, y, weights[0], "scaled"));
    }
    if (center) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, weights.back(), "shifted"));
    }
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerUnitNormalization(Lowering& lowering, const Layer& layer,
                                                 const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/normalization/unit_normalization.py: x / √max(Σ x², 1e-12)
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    ATTN_TRY(const NormalizedAxes over, readAxes(layer.config, lowering.graph().shape(x)));
    ATTN_TRY(const ValueId squares, unary(lowering, UnaryKind::Square, x));
    ATTN_TRY(ValueId length, reduce(lowering, ReduceKind::Sum, squares, over.axes, true));
    ATTN_TRY(length, binary(lowering, BinaryKind::Maximum, length, 1e-12F, "smallest"));
    ATTN_TRY(length, unary(lowering, UnaryKind::Sqrt, length, "length"));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Divide, x, length, "normalized"));
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerRmsNormalization(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs) {
    // keras/src/layers/normalization/rms_normalization.py of Keras 3: x / √(mean(x²) + ε) · scale, where the scale
    // meets the last axes whichever were normalised. The mask stops here.
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const NormalizedAxes over, readAxes(layer.config, shape));
    ATTN_TRY(const float epsilon, layer.config.number("epsilon", 1e-6F));
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, {{"scale", over.parameter}}));
    ATTN_TRY(const ValueId squares, unary(lowering, UnaryKind::Square, x));
    ATTN_TRY(ValueId size, reduce(lowering, ReduceKind::Mean, squares, over.axes, true));
    ATTN_TRY(size, binary(lowering, BinaryKind::Add, size, epsilon, "epsilon"));
    ATTN_TRY(size, unary(lowering, UnaryKind::Sqrt, size, "size"));
    ATTN_TRY(ValueId y, binary(lowering, BinaryKind::Divide, x, size, "normalized"));
    ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, y, weights[0], "scaled"));
    return single(y);
}

Result<std::vector<Flow>> lowerSpectralNormalization(Lowering& lowering, const Layer& layer,
                                                     const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/normalization/spectral_normalization.py, keras/src/…: training divides the inner layer's
    // kernel by its largest singular value and keeps the result, so that the file holds it divided.
    if (layer.inner.size() != 1) return fail(ErrorCode::Format, "one layer inside expected");
    return lowering.lower(*layer.inner[0], inputs);
}

}  // namespace attnscope
