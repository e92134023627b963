#include "ops/convolution.h"

#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"
#include "ops/matmul.h"

#include <algorithm>

namespace attnscope {

namespace {

/// Entries that all convolutions have, and the input [batch, places …, features]. Places are timesteps, or rows and
/// columns; what belongs to them has a number for each axis.
struct Convolution {
    ValueId x;
    Shape shape;
    std::vector<std::int64_t> size;
    std::vector<std::int64_t> stride;
    std::vector<std::int64_t> dilation;
    bool useBias = true;
    std::string padding;

    [[nodiscard]] std::int64_t features() const { return shape.back(); }
    /// How many places a kernel spans along an axis of them.
    [[nodiscard]] std::int64_t reach(std::size_t axis) const { return (size[axis] - 1) * dilation[axis] + 1; }
};

Result<Convolution> readConvolution(Lowering& lowering, const Config& config, const std::vector<Flow>& inputs,
                                    std::size_t places) {
    Convolution convolution;
    ATTN_TRY(convolution.x, inputOverPlaces(lowering, config, inputs, places));
    convolution.shape = lowering.graph().shape(convolution.x);
    const std::vector<std::int64_t> one(places, 1);
    ATTN_TRY(convolution.size, alongPlaces(config, "kernel_size", places));
    ATTN_TRY(convolution.stride, alongPlaces(config, "strides", places, one));
    ATTN_TRY(convolution.dilation, alongPlaces(config, "dilation_rate", places, one));
    ATTN_TRY(convolution.useBias, config.flag("use_bias", true));
    ATTN_TRY(convolution.padding, config.text("padding", "valid"));
    return convolution;
}

/// The shape of a kernel of some size: [size …, in, out].
Shape kernelShape(std::vector<std::int64_t> size, std::int64_t in, std::int64_t out) {
    size.insert(size.end(), {in, out});
    return Shape(std::move(size));
}

/// The layer's kernels, and behind them its bias if it has one.
Result<std::vector<ValueId>> kernelsAndBias(Lowering& lowering, const Layer& layer, const Convolution& convolution,
                                            std::vector<ExpectedWeight> kernels, std::int64_t filters) {
    if (convolution.useBias) kernels.push_back({"bias", {filters}});
    return addWeights(lowering, layer, kernels);
}

/// The layer's output: the product with its bias, if it has one, and its activation. The mask stops here.
Result<std::vector<Flow>> finished(Lowering& lowering, const Layer& layer, const Convolution& convolution,
                                   ValueId product, const std::vector<ValueId>& weights) {
    const auto bias = convolution.useBias ? std::optional(weights.back()) : std::nullopt;
    ATTN_TRY(const ValueId y, biasedAndActivated(lowering, layer.config, product, bias));
    return single(y);
}

/// Theano's 'half' border for padding same: half of what the kernel spans in front, whatever the stride (keras/backend/
/// theano_backend.py of 2.3.1, conv2d and _postprocess_conv2d_output).
AxisPadding halfPadding(std::int64_t extent, std::int64_t reach, std::int64_t stride) {
    const std::int64_t before = reach / 2;
    const std::int64_t steps = (extent + stride - 1) / stride;
    return {before, std::max<std::int64_t>((steps - 1) * stride + reach - extent - before, 0)};
}

/// The input with zeros around its places as the layer says.
Result<ValueId> paddedInput(Lowering& lowering, const Convolution& convolution) {
    const bool half = convolution.padding == "same" && lowering.era().backend == "theano";
    ValueId x = convolution.x;
    for (std::size_t place = 0; place < convolution.size.size(); ++place) {
        const std::int64_t extent = convolution.shape[place + 1];
        const std::int64_t reach = convolution.reach(place);
        const std::int64_t stride = convolution.stride[place];
        AxisPadding padding;
        if (half) {
            padding = halfPadding(extent, reach, stride);
        } else {
            ATTN_TRY(padding, paddingFor(convolution.padding, extent, reach, stride));
        }
        ATTN_TRY(x, padded(lowering, x, place + 1, padding));
        if (lowering.graph().shape(x)[place + 1] < reach)
            return fail(ErrorCode::Shape,
                        "input: shape " + convolution.shape.text() + " found, which the kernel does not fit into");
    }
    return x;
}

/// Convolves rows and columns with a kernel [rows, columns, features / groups, out]: the sum over the kernel's rows, of
/// which there are few, of convolutions along the columns.
Result<ValueId> sumOfRows(Lowering& lowering, const Convolution& convolution, ValueId x, ValueId kernel,
                          std::int64_t groups) {
    GraphBuilder& graph = lowering.graph();
    const Shape shape = graph.shape(x);
    const std::int64_t rows = (shape[1] - convolution.reach(0)) / convolution.stride[0] + 1;
    std::optional<ValueId> sum;
    for (std::int64_t row = 0; row < convolution.size[0]; ++row) {
        ATTN_TRY(
            ValueId part,
            graph.add(std::make_shared<Slice>(1, row * convolution.dilation[0], rows, convolution.stride[0]), {x}));
        ATTN_TRY(part, reshape(lowering, part, {shape[0] * rows, shape[2], shape[3]}));
        ATTN_TRY(ValueId kernelRow, graph.add(std::make_shared<Slice>(0, row, 1), {kernel}));
        ATTN_TRY(kernelRow, reshape(lowering, kernelRow, graph.shape(kernel).from(1)));
        ATTN_TRY(part,
                 graph.add(std::make_shared<Convolution1D>(convolution.stride[1], convolution.dilation[1], groups),
                           {part, kernelRow}, "convolution_of_a_row"));
        if (sum) {
            ATTN_TRY(part, binary(lowering, BinaryKind::Add, *sum, part, "sum_of_rows"));
        }
        sum = part;
    }
    return reshape(lowering, *sum, {shape[0], rows, graph.shape(*sum)[1], graph.shape(kernel)[3]}, "convolution");
}

/// Pads as the layer says, then convolves with a kernel [size …, features / groups, out].
Result<ValueId> convolve(Lowering& lowering, const Convolution& convolution, ValueId kernel, std::int64_t groups) {
    ATTN_TRY(const ValueId x, paddedInput(lowering, convolution));
    if (convolution.size.size() == 2) return sumOfRows(lowering, convolution, x, kernel, groups);
    return lowering.graph().add(std::make_shared<Convolution1D>(convolution.stride[0], convolution.dilation[0], groups),
                                {x, kernel}, "convolution");
}

/// A kernel with channel multipliers for each feature, [size …, features, multiplier], as that of a convolution whose
/// groups are the features.
Result<ValueId> convolveEachFeature(Lowering& lowering, const Convolution& convolution, ValueId kernel) {
    const std::int64_t multiplier = lowering.graph().shape(kernel).back();
    ATTN_TRY(const ValueId grouped,
             reshape(lowering, kernel, kernelShape(convolution.size, 1, convolution.features() * multiplier)));
    return convolve(lowering, convolution, grouped, convolution.features());
}

/// tf_keras/src/layers/convolutional/{base_conv,conv1d,conv2d}.py. Texts are given to Conv2D as images of one channel
/// (Kim, Convolutional Neural Networks for Sentence Classification, 2014), recordings as images of sensors by time.
Result<std::vector<Flow>> lowerConvolution(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                           std::size_t places) {
    ATTN_TRY(const Convolution convolution, readConvolution(lowering, layer.config, inputs, places));
    ATTN_TRY(const std::int64_t filters, positive(layer.config, "filters"));
    ATTN_TRY(const std::int64_t groups, positive(layer.config, "groups", 1));
    if (convolution.features() % groups != 0)
        return fail(ErrorCode::Shape, "input: " + std::to_string(convolution.features()) +
                                          " features found, a multiple of " + std::to_string(groups) +
                                          " (groups) expected");
    if (lowering.era().generation == Generation::Keras1)
        lowering.note("layer " + layer.name +
                      ": Keras 1 does not say which backend saved it; TensorFlow's order of kernels is assumed");
    ATTN_TRY(
        const std::vector<ValueId> weights,
        kernelsAndBias(lowering, layer, convolution,
                       {{"kernel", kernelShape(convolution.size, convolution.features() / groups, filters)}}, filters));
    ATTN_TRY(const ValueId y, convolve(lowering, convolution, weights[0], groups));
    return finished(lowering, layer, convolution, y, weights);
}

/// tf_keras/src/layers/convolutional/depthwise_conv1d.py, depthwise_conv2d.py
Result<std::vector<Flow>> lowerDepthwise(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         std::size_t places) {
    ATTN_TRY(const Convolution convolution, readConvolution(lowering, layer.config, inputs, places));
    ATTN_TRY(const std::int64_t multiplier, positive(layer.config, "depth_multiplier", 1));
    const std::int64_t features = convolution.features();
    ATTN_TRY(const std::vector<ValueId> weights,
             kernelsAndBias(lowering, layer, convolution,
                            {{"depthwise_kernel", kernelShape(convolution.size, features, multiplier)}},
                            features * multiplier));
    ATTN_TRY(const ValueId y, convolveEachFeature(lowering, convolution, weights[0]));
    return finished(lowering, layer, convolution, y, weights);
}

/// tf_keras/src/layers/convolutional/separable_conv1d.py, separable_conv2d.py: each feature for itself, then across
/// features.
Result<std::vector<Flow>> lowerSeparable(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         std::size_t places) {
    ATTN_TRY(const Convolution convolution, readConvolution(lowering, layer.config, inputs, places));
    ATTN_TRY(const std::int64_t filters, positive(layer.config, "filters"));
    ATTN_TRY(const std::int64_t multiplier, positive(layer.config, "depth_multiplier", 1));
    const std::int64_t features = convolution.features();
    const std::vector<std::int64_t> one(places, 1);
    ATTN_TRY(const std::vector<ValueId> weights,
             kernelsAndBias(lowering, layer, convolution,
                            {{"depthwise_kernel", kernelShape(convolution.size, features, multiplier)},
                             {"pointwise_kernel", kernelShape(one, features * multiplier, filters)}},
                            filters));
    ATTN_TRY(ValueId y, convolveEachFeature(lowering, convolution, weights[0]));
    ATTN_TRY(const ValueId across, reshape(lowering, weights[1], {features * multiplier, filters}));
    ATTN_TRY(y, lowering.graph().add(std::make_shared<MatMul>(), {y, across}, "across_features"));
    return finished(lowering, layer, convolution, y, weights);
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
Result<Steps> transposedSteps(const Config& config, const Convolution& convolution) {
    const std::int64_t time = convolution.shape[1];
    const std::int64_t stride = convolution.stride[0];
    const std::int64_t reach = convolution.reach(0);
    ATTN_TRY(const bool same, padsToSame(config));
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

}  // namespace

Result<std::vector<Flow>> lowerConv1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    return lowerConvolution(lowering, layer, inputs, 1);
}

Result<std::vector<Flow>> lowerConv2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    return lowerConvolution(lowering, layer, inputs, 2);
}

Result<std::vector<Flow>> lowerDepthwiseConv1D(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    return lowerDepthwise(lowering, layer, inputs, 1);
}

Result<std::vector<Flow>> lowerDepthwiseConv2D(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    return lowerDepthwise(lowering, layer, inputs, 2);
}

Result<std::vector<Flow>> lowerSeparableConv1D(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    return lowerSeparable(lowering, layer, inputs, 1);
}

Result<std::vector<Flow>> lowerSeparableConv2D(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    return lowerSeparable(lowering, layer, inputs, 2);
}

Result<std::vector<Flow>> lowerConv1DTranspose(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/conv1d_transpose.py and utils/conv_utils.py, deconv_output_length: the input
    // with stride − 1 zeros behind each timestep, convolved with the kernel turned round.
    const Config& config = layer.config;
    ATTN_TRY(const Convolution convolution, readConvolution(lowering, config, inputs, 1));
    ATTN_TRY(const std::int64_t filters, positive(config, "filters"));
    const Shape shape = convolution.shape;
    const std::int64_t width = convolution.size[0];
    const std::int64_t stride = convolution.stride[0];
    const std::int64_t reach = convolution.reach(0);
    ATTN_TRY(const Steps kept, transposedSteps(config, convolution));
    ATTN_TRY(const std::vector<ValueId> weights,
             kernelsAndBias(lowering, layer, convolution, {{"kernel", {width, filters, shape[2]}}}, filters));

    ATTN_TRY(ValueId x, reshape(lowering, convolution.x, {shape[0], shape[1], 1, shape[2]}));
    ATTN_TRY(x, padded(lowering, x, 2, {0, stride - 1}));
    ATTN_TRY(x, reshape(lowering, x, {shape[0], shape[1] * stride, shape[2]}, "spread"));
    ATTN_TRY(x, padded(lowering, x, 1, {reach - 1, reach - 1}));
    GraphBuilder& graph = lowering.graph();
    ATTN_TRY(ValueId kernel, graph.add(std::make_shared<Slice>(0, width - 1, width, -1), {weights[0]}));
    ATTN_TRY(kernel, permute(lowering, kernel, {0, 2, 1}, "kernel_turned_round"));
    ATTN_TRY(ValueId y,
             graph.add(std::make_shared<Convolution1D>(1, convolution.dilation[0], 1), {x, kernel}, "convolution"));
    ATTN_TRY(y, graph.add(std::make_shared<Slice>(1, kept.first, kept.count), {y}, "cropped"));
    return finished(lowering, layer, convolution, y, weights);
}

}  // namespace attnscope
