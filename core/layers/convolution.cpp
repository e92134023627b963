#include "ops/convolution.h"

#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"
#include "ops/matmul.h"

#include <algorithm>

namespace attnscope {

namespace {

/// Entries that all convolutions over time have, and the input [batch, time, features].
struct Convolution {
    ValueId x;
    Shape shape;
    std::int64_t width = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    bool useBias = true;
    std::string padding;
};

Result<Convolution> readConvolution(Lowering& lowering, const Config& config, const std::vector<Flow>& inputs) {
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    Convolution convolution;
    convolution.x = inputs[0].value;
    ATTN_CHECK(expectRank(lowering, convolution.x, 3));
    convolution.shape = lowering.graph().shape(convolution.x);
    ATTN_TRY(convolution.width, positive(config, "kernel_size"));
    ATTN_TRY(convolution.stride, positive(config, "strides", 1));
    ATTN_TRY(convolution.dilation, positive(config, "dilation_rate", 1));
    ATTN_TRY(convolution.useBias, config.flag("use_bias", true));
    ATTN_TRY(convolution.padding, config.text("padding", "valid"));
    return convolution;
}

/// Pads as the layer says, then convolves with a kernel [width, features / groups, out].
Result<ValueId> convolve(Lowering& lowering, const Convolution& convolution, ValueId kernel, std::int64_t groups) {
    const std::int64_t reach = (convolution.width - 1) * convolution.dilation + 1;
    ATTN_TRY(AxisPadding padding, paddingFor(convolution.padding, convolution.shape[1], reach, convolution.stride));
    // Theano's 'half' border (keras/backend/theano_backend.py, conv2d): the odd one goes in front.
    if (convolution.padding == "same" && lowering.era().backend == "theano") std::swap(padding.before, padding.after);
    ATTN_TRY(const ValueId x, padded(lowering, convolution.x, 1, padding));
    return lowering.graph().add(std::make_shared<Convolution1D>(convolution.stride, convolution.dilation, groups),
                                {x, kernel}, "convolution");
}

/// Which timesteps of a full transposed convolution are the layer's: how many are cut off in front, and how many it
/// has.
struct Steps {
    std::int64_t first = 0;
    std::int64_t count = 0;
};

/// tf_keras/src/utils/conv_utils.py, deconv_output_length; keras/src/backend/common/backend_utils.py,
/// _get_output_shape_given_tf_padding. TensorFlow takes only a length from which a convolution leads back to the
/// input's.
Result<Steps> transposedSteps(const Config& config, const Convolution& convolution, std::int64_t reach) {
    const std::int64_t time = convolution.shape[1];
    const std::int64_t stride = convolution.stride;
    const bool same = convolution.padding == "same";
    const std::int64_t last = (time - 1) * stride;
    Steps steps{0, same ? time * stride : last + std::max(reach, stride)};
    if (config.has("output_padding")) {
        ATTN_TRY(const std::vector<std::int64_t> more, config.integers("output_padding"));
        const bool sound = more.size() == 1 && more.front() >= 0 && more.front() < stride;
        steps.count = sound ? last + (same ? reach % 2 : reach) + more.front() : 0;
        if (!sound || steps.count <= (same ? last : 0))
            return fail(ErrorCode::Format, "config entry output_padding: " + config.json().at("output_padding").dump() +
                                               " found, which does not go with the kernel and stride");
    }
    if (same) steps.first = std::max<std::int64_t>(last + reach - steps.count, 0) / 2;
    return steps;
}

/// A kernel with one channel multiplier for each feature, [width, features, multiplier], as that of a convolution whose
/// groups are the features.
Result<ValueId> convolveEachFeature(Lowering& lowering, const Convolution& convolution, ValueId kernel) {
    const Shape shape = lowering.graph().shape(kernel);
    ATTN_TRY(const ValueId grouped, reshape(lowering, kernel, {shape[0], 1, shape[1] * shape[2]}));
    return convolve(lowering, convolution, grouped, shape[1]);
}

}  // namespace

Result<std::vector<Flow>> lowerConv1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/{base_conv,conv1d}.py; the mask stops here.
    const Config& config = layer.config;
    ATTN_TRY(const Convolution convolution, readConvolution(lowering, config, inputs));
    ATTN_TRY(const std::int64_t filters, config.integer("filters"));
    ATTN_TRY(const std::int64_t groups, positive(config, "groups", 1));
    const std::int64_t features = convolution.shape[2];
    if (features % groups != 0)
        return fail(ErrorCode::Shape, "input: " + std::to_string(features) + " features found, a multiple of " +
                                          std::to_string(groups) + " (groups) expected");
    if (lowering.era().generation == Generation::Keras1)
        lowering.note("layer " + layer.name +
                      ": Keras 1 does not say which backend saved it; TensorFlow's order of kernels is assumed");
    std::vector<ExpectedWeight> expected{{"kernel", {convolution.width, features / groups, filters}}};
    if (convolution.useBias) expected.push_back({"bias", {filters}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y, convolve(lowering, convolution, weights[0], groups));
    ATTN_TRY(y,
             biasedAndActivated(lowering, config, y, convolution.useBias ? std::optional(weights[1]) : std::nullopt));
    return single(y);
}

Result<std::vector<Flow>> lowerDepthwiseConv1D(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/depthwise_conv1d.py
    const Config& config = layer.config;
    ATTN_TRY(const Convolution convolution, readConvolution(lowering, config, inputs));
    ATTN_TRY(const std::int64_t multiplier, positive(config, "depth_multiplier", 1));
    const std::int64_t features = convolution.shape[2];
    std::vector<ExpectedWeight> expected{{"depthwise_kernel", {convolution.width, features, multiplier}}};
    if (convolution.useBias) expected.push_back({"bias", {features * multiplier}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y, convolveEachFeature(lowering, convolution, weights[0]));
    ATTN_TRY(y,
             biasedAndActivated(lowering, config, y, convolution.useBias ? std::optional(weights[1]) : std::nullopt));
    return single(y);
}

Result<std::vector<Flow>> lowerSeparableConv1D(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/separable_conv1d.py: each feature for itself, then across features.
    const Config& config = layer.config;
    ATTN_TRY(const Convolution convolution, readConvolution(lowering, config, inputs));
    ATTN_TRY(const std::int64_t filters, positive(config, "filters"));
    ATTN_TRY(const std::int64_t multiplier, positive(config, "depth_multiplier", 1));
    const std::int64_t features = convolution.shape[2];
    std::vector<ExpectedWeight> expected{{"depthwise_kernel", {convolution.width, features, multiplier}},
                                         {"pointwise_kernel", {1, features * multiplier, filters}}};
    if (convolution.useBias) expected.push_back({"bias", {filters}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y, convolveEachFeature(lowering, convolution, weights[0]));
    ATTN_TRY(const ValueId across, reshape(lowering, weights[1], {features * multiplier, filters}));
    ATTN_TRY(y, lowering.graph().add(std::make_shared<MatMul>(), {y, across}, "across_features"));
    ATTN_TRY(y,
             biasedAndActivated(lowering, config, y, convolution.useBias ? std::optional(weights[2]) : std::nullopt));
    return single(y);
}

Result<std::vector<Flow>> lowerConv1DTranspose(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/conv1d_transpose.py and utils/conv_utils.py, deconv_output_length: the input
    // with stride − 1 zeros behind each timestep, convolved with the kernel turned round.
    const Config& config = layer.config;
    ATTN_TRY(Convolution convolution, readConvolution(lowering, config, inputs));
    ATTN_TRY(const std::int64_t filters, positive(config, "filters"));
    if (convolution.padding != "valid" && convolution.padding != "same")
        return fail(ErrorCode::Format,
                    "config entry padding: \"" + convolution.padding + "\" found; valid or same expected");
    const Shape shape = convolution.shape;
    const std::int64_t spread = shape[1] * convolution.stride;
    const std::int64_t reach = (convolution.width - 1) * convolution.dilation + 1;
    ATTN_TRY(const Steps kept, transposedSteps(config, convolution, reach));
    std::vector<ExpectedWeight> expected{{"kernel", {convolution.width, filters, shape[2]}}};
    if (convolution.useBias) expected.push_back({"bias", {filters}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));

    ATTN_TRY(ValueId x, reshape(lowering, convolution.x, {shape[0], shape[1], 1, shape[2]}));
    ATTN_TRY(x, padded(lowering, x, 2, {0, convolution.stride - 1}));
    ATTN_TRY(x, reshape(lowering, x, {shape[0], spread, shape[2]}, "spread"));
    ATTN_TRY(x, padded(lowering, x, 1, {reach - 1, reach - 1}));
    GraphBuilder& graph = lowering.graph();
    ATTN_TRY(ValueId kernel,
             graph.add(std::make_shared<Slice>(0, convolution.width - 1, convolution.width, -1), {weights[0]}));
    ATTN_TRY(kernel, permute(lowering, kernel, {0, 2, 1}, "kernel_turned_round"));
    ATTN_TRY(ValueId y,
             graph.add(std::make_shared<Convolution1D>(1, convolution.dilation, 1), {x, kernel}, "convolution"));
    ATTN_TRY(y, graph.add(std::make_shared<Slice>(1, kept.first, kept.count), {y}, "cropped"));
    ATTN_TRY(y,
             biasedAndActivated(lowering, config, y, convolution.useBias ? std::optional(weights[1]) : std::nullopt));
    return single(y);
}

}  // namespace attnscope
