#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/convolution.h"
#include "ops/layout.h"
#include "ops/matmul.h"

namespace attnscope {

namespace {

/// The last axis but `feature` of [batch, rows, columns, features] as time, all rows of all batches as batches.
Result<ValueId> rowsAsBatch(Lowering& lowering, ValueId x) {
    const Shape shape = lowering.graph().shape(x);
    return reshape(lowering, x, {shape[0] * shape[1], shape[2], shape[3]});
}

/// Entries that all convolutions over rows and columns have, and the input [batch, rows, columns, features].
struct Convolution2D {
    ValueId x;
    Shape shape;
    Pair size{1, 1};
    Pair stride{1, 1};
    Pair dilation{1, 1};
    bool useBias = true;
    std::string padding;
};

Result<Convolution2D> readConvolution(Lowering& lowering, const Config& config, const std::vector<Flow>& inputs) {
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 4));
    Convolution2D convolution;
    convolution.x = inputs[0].value;
    convolution.shape = lowering.graph().shape(convolution.x);
    ATTN_TRY(convolution.size, pairOf(config, "kernel_size", 1));
    ATTN_TRY(convolution.stride, pairOf(config, "strides", 1, Pair(1, 1)));
    ATTN_TRY(convolution.dilation, pairOf(config, "dilation_rate", 1, Pair(1, 1)));
    ATTN_TRY(convolution.useBias, config.flag("use_bias", true));
    ATTN_TRY(convolution.padding, config.text("padding", "valid"));
    return convolution;
}

/// Pads as the layer says, then convolves with a kernel [rows, columns, features / groups, out]: the sum over the
/// kernel's rows, of which there are few, of convolutions along the columns.
Result<ValueId> convolve(Lowering& lowering, const Convolution2D& convolution, ValueId kernel, std::int64_t groups) {
    GraphBuilder& graph = lowering.graph();
    const Shape& shape = convolution.shape;
    const Pair& size = convolution.size;
    const Pair& stride = convolution.stride;
    const Pair& dilation = convolution.dilation;
    const Pair reach{(size.first - 1) * dilation.first + 1, (size.second - 1) * dilation.second + 1};
    ATTN_TRY(const AxisPadding above, paddingFor(convolution.padding, shape[1], reach.first, stride.first));
    ATTN_TRY(const AxisPadding beside, paddingFor(convolution.padding, shape[2], reach.second, stride.second));
    ATTN_TRY(ValueId x, padded(lowering, convolution.x, 1, above));
    ATTN_TRY(x, padded(lowering, x, 2, beside));
    const std::int64_t rows = (graph.shape(x)[1] - reach.first) / stride.first + 1;
    if (graph.shape(x)[1] < reach.first)
        return fail(ErrorCode::Shape, "input: shape " + shape.text() + " found, which the kernel does not fit into");
    std::optional<ValueId> sum;
    for (std::int64_t row = 0; row < size.first; ++row) {
        ATTN_TRY(ValueId part, graph.add(std::make_shared<Slice>(1, row * dilation.first, rows, stride.first), {x}));
        ATTN_TRY(part, rowsAsBatch(lowering, part));
        ATTN_TRY(ValueId kernelRow, graph.add(std::make_shared<Slice>(0, row, 1), {kernel}));
        ATTN_TRY(kernelRow, reshape(lowering, kernelRow, graph.shape(kernel).from(1)));
        ATTN_TRY(part, graph.add(std::make_shared<Convolution1D>(stride.second, dilation.second, groups),
                                 {part, kernelRow}, "convolution_of_a_row"));
        if (sum) {
            ATTN_TRY(part, binary(lowering, BinaryKind::Add, *sum, part, "sum_of_rows"));
        }
        sum = part;
    }
    return reshape(lowering, *sum, {shape[0], rows, graph.shape(*sum)[1], graph.shape(kernel)[3]}, "convolution");
}

/// A kernel with channel multipliers for each feature, [rows, columns, features, multiplier].
Result<ValueId> convolveEachFeature(Lowering& lowering, const Convolution2D& convolution, ValueId kernel) {
    const Shape shape = lowering.graph().shape(kernel);
    ATTN_TRY(const ValueId grouped, reshape(lowering, kernel, {shape[0], shape[1], 1, shape[2] * shape[3]}));
    return convolve(lowering, convolution, grouped, shape[2]);
}

}  // namespace

Result<std::vector<Flow>> lowerConv2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/{base_conv,conv2d}.py. Texts are given to it as images of one channel (Kim,
    // Convolutional Neural Networks for Sentence Classification, 2014), recordings as images of sensors by time.
    const Config& config = layer.config;
    ATTN_TRY(const Convolution2D convolution, readConvolution(lowering, config, inputs));
    ATTN_TRY(const std::int64_t filters, positive(config, "filters"));
    ATTN_TRY(const std::int64_t groups, positive(config, "groups", 1));
    const std::int64_t features = convolution.shape[3];
    if (features % groups != 0)
        return fail(ErrorCode::Shape, "input: " + std::to_string(features) + " features found, a multiple of " +
                                          std::to_string(groups) + " (groups) expected");
    const Pair size = convolution.size;
    std::vector<ExpectedWeight> expected{{"kernel", {size.first, size.second, features / groups, filters}}};
    if (convolution.useBias) expected.push_back({"bias", {filters}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y, convolve(lowering, convolution, weights[0], groups));
    ATTN_TRY(y,
             biasedAndActivated(lowering, config, y, convolution.useBias ? std::optional(weights[1]) : std::nullopt));
    return single(y);
}

Result<std::vector<Flow>> lowerDepthwiseConv2D(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/depthwise_conv2d.py
    const Config& config = layer.config;
    ATTN_TRY(const Convolution2D convolution, readConvolution(lowering, config, inputs));
    ATTN_TRY(const std::int64_t multiplier, positive(config, "depth_multiplier", 1));
    const std::int64_t features = convolution.shape[3];
    const Pair size = convolution.size;
    std::vector<ExpectedWeight> expected{{"depthwise_kernel", {size.first, size.second, features, multiplier}}};
    if (convolution.useBias) expected.push_back({"bias", {features * multiplier}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y, convolveEachFeature(lowering, convolution, weights[0]));
    ATTN_TRY(y,
             biasedAndActivated(lowering, config, y, convolution.useBias ? std::optional(weights[1]) : std::nullopt));
    return single(y);
}

Result<std::vector<Flow>> lowerSeparableConv2D(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/separable_conv2d.py: each feature for itself, then across features.
    const Config& config = layer.config;
    ATTN_TRY(const Convolution2D convolution, readConvolution(lowering, config, inputs));
    ATTN_TRY(const std::int64_t filters, positive(config, "filters"));
    ATTN_TRY(const std::int64_t multiplier, positive(config, "depth_multiplier", 1));
    const std::int64_t features = convolution.shape[3];
    const Pair size = convolution.size;
    std::vector<ExpectedWeight> expected{{"depthwise_kernel", {size.first, size.second, features, multiplier}},
                                         {"pointwise_kernel", {1, 1, features * multiplier, filters}}};
    if (convolution.useBias) expected.push_back({"bias", {filters}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y, convolveEachFeature(lowering, convolution, weights[0]));
    ATTN_TRY(const ValueId across, reshape(lowering, weights[1], {features * multiplier, filters}));
    ATTN_TRY(y, lowering.graph().add(std::make_shared<MatMul>(), {y, across}, "across_features"));
    ATTN_TRY(y,
             biasedAndActivated(lowering, config, y, convolution.useBias ? std::optional(weights[2]) : std::nullopt));
    return single(y);
}

}  // namespace attnscope
