#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/softmax.h"

namespace attnscope {

namespace {

/// tf_keras/src/backend.py, relu(): with a slope below the threshold and a bound above.
Result<ValueId> generalRelu(Lowering& lowering, ValueId x, float slope, std::optional<float> bound, float threshold) {
    // tf.nn.leaky_relu and the operation agree up to a slope of 1: max(x, αx).
    if (slope != 0.0F && slope <= 1.0F && !bound && threshold == 0.0F)
        return lowering.graph().add(std::make_shared<Unary>(UnaryKind::LeakyRelu, slope), {x}, "leaky_relu");
    ValueId positivePart;
    if (threshold == 0.0F) {
        ATTN_TRY(positivePart, unary(lowering, UnaryKind::Relu, x, "relu"));
    } else {
        ATTN_TRY(const ValueId above, binary(lowering, BinaryKind::Greater, x, threshold, "threshold", "above"));
        ATTN_TRY(positivePart, binary(lowering, BinaryKind::Multiply, x, above, "relu"));
    }
    if (bound) {
        ATTN_TRY(positivePart, binary(lowering, BinaryKind::Minimum, positivePart, *bound, "max_value", "bounded"));
    }
    if (slope == 0.0F) return positivePart;
    ATTN_TRY(const ValueId negated, unary(lowering, UnaryKind::Negate, x));
    ATTN_TRY(const ValueId below, binary(lowering, BinaryKind::Add, negated, threshold, "threshold", "below"));
    ATTN_TRY(const ValueId negativePart, unary(lowering, UnaryKind::Relu, below));
    ATTN_TRY(const ValueId scaled, binary(lowering, BinaryKind::Multiply, negativePart, slope, "negative_slope"));
    return binary(lowering, BinaryKind::Subtract, positivePart, scaled, "relu");
}

}  // namespace

Result<std::vector<Flow>> lowerReluLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/activation/relu.py
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const float slope, layer.config.number("negative_slope", 0.0F));
    ATTN_TRY(const float threshold, layer.config.number("threshold", 0.0F));
    std::optional<float> bound;
    if (layer.config.has("max_value")) {
        ATTN_TRY(bound, layer.config.number("max_value", 0.0F));
    }
    ATTN_TRY(const ValueId y, generalRelu(lowering, inputs[0].value, slope, bound, threshold));
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerLeakyRelu(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/activation/leaky_relu.py; Keras 3 calls alpha negative_slope.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const float fallback, layer.config.number("negative_slope", 0.3F));
    ATTN_TRY(const float alpha, layer.config.number("alpha", fallback));
    ATTN_TRY(const ValueId y, generalRelu(lowering, inputs[0].value, alpha, std::nullopt, 0.0F));
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerEluLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/activation/elu.py
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const float alpha, layer.config.number("alpha", 1.0F));
    ATTN_TRY(const ValueId y,
             lowering.graph().add(std::make_shared<Unary>(UnaryKind::Elu, alpha), {inputs[0].value}, "elu"));
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerPRelu(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/activation/prelu.py: relu(x) − α·relu(−x), α shared over the shared axes.
    ATTN_CHECK(expectInputs(inputs, 1));
    const ValueId x = inputs[0].value;
    Shape shape = lowering.graph().shape(x).from(1);
    if (layer.config.has("shared_axes")) {
        ATTN_TRY(const std::vector<std::int64_t> shared, layer.config.integers("shared_axes"));
        for (const std::int64_t axis : shared) {
            ATTN_TRY(const std::size_t place, axisOf(axis - 1, shape.rank()));
            shape[place] = 1;
        }
    }
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, {{"alpha", shape}}));
    ATTN_TRY(const ValueId positivePart, unary(lowering, UnaryKind::Relu, x));
    ATTN_TRY(const ValueId negated, unary(lowering, UnaryKind::Negate, x));
    ATTN_TRY(const ValueId negativePart, unary(lowering, UnaryKind::Relu, negated));
    ATTN_TRY(const ValueId scaled, binary(lowering, BinaryKind::Multiply, negativePart, weights[0]));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Subtract, positivePart, scaled, "prelu"));
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerThresholdedRelu(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/activation/thresholded_relu.py
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const float theta, layer.config.number("theta", 1.0F));
    const ValueId x = inputs[0].value;
    ATTN_TRY(const ValueId above, binary(lowering, BinaryKind::Greater, x, theta, "theta", "above"));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Multiply, x, above, "relu"));
    return single(y, inputs[0].mask);
}

Result<std::vector<Flow>> lowerSoftmaxLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/activation/softmax.py: the mask lowers masked scores by 1e9, with robust_masking to −1e9, and
    // passes; in keras/src/layers/activations/softmax.py as of 3.13 masked scores have no weight at all; in standalone
    // Keras (keras/layers/advanced_activations.py of 2.2.4) the mask only passes.
    ATTN_CHECK(expectInputs(inputs, 1));
    GraphBuilder& graph = lowering.graph();
    ValueId x = inputs[0].value;
    std::vector<std::int64_t> named{-1};
    if (layer.config.has("axis")) {
        ATTN_TRY(named, layer.config.integers("axis"));
    }
    ATTN_TRY(std::vector<std::size_t> axes, axesOf(named, graph.shape(x).rank()));
    const bool replaces = lowering.era().softmaxReplaces;
    std::optional<ValueId> mask;
    if (inputs[0].mask && lowering.era().generation != Generation::Keras2) {
        // A value of its own, so that an edit of it touches this softmax only.
        ATTN_TRY(mask, unary(lowering, UnaryKind::Identity, *inputs[0].mask, "mask"));
    }
    ATTN_TRY(const bool robust, layer.config.flag("robust_masking", false));
    if (mask && !replaces && robust) {
        const ValueId low = graph.scalar("masked_score", -1e9F);
        ATTN_TRY(x, graph.add(std::make_shared<Select>(), {*mask, x, low}, "masked_scores"));
    } else if (mask && !replaces) {
        ATTN_TRY(const ValueId masked, unary(lowering, UnaryKind::Not, *mask, "masked"));
        ATTN_TRY(const ValueId penalty, binary(lowering, BinaryKind::Multiply, masked, -1e9F, "penalty"));
        ATTN_TRY(x, binary(lowering, BinaryKind::Add, x, penalty, "masked_scores"));
    }
    if (axes.size() == 1) {
        std::vector<ValueId> operands{x};
        if (mask && replaces) operands.push_back(*mask);
        ATTN_TRY(const ValueId y, graph.add(std::make_shared<Softmax>(axes[0]), std::move(operands), "softmax"));
        return single(y, inputs[0].mask);
    }
    if (mask && replaces) {
        const ValueId low = graph.scalar("masked_score", -1e9F);
        ATTN_TRY(x, graph.add(std::make_shared<Select>(), {*mask, x, low}, "masked_scores"));
    }
    ATTN_TRY(const ValueId largest, reduce(lowering, ReduceKind::Max, x, axes, true));
    ATTN_TRY(const ValueId shifted, binary(lowering, BinaryKind::Subtract, x, largest));
    ATTN_TRY(const ValueId exponentials, unary(lowering, UnaryKind::Exp, shifted));
    ATTN_TRY(const ValueId total, reduce(lowering, ReduceKind::Sum, exponentials, axes, true));
    ATTN_TRY(ValueId y, binary(lowering, BinaryKind::Divide, exponentials, total, "softmax"));
    if (mask && replaces) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, y, *mask, "unmasked"));
    }
    return single(y, inputs[0].mask);
}

}  // namespace attnscope
