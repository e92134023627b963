#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/convolution.h"
#include "ops/layout.h"

namespace attnscope {

namespace {

using Pair = std::pair<std::int64_t, std::int64_t>;

/// The last axis but `feature` of [batch, rows, columns, features] as time, all rows of all batches as batches.
Result<ValueId> rowsAsBatch(Lowering& lowering, ValueId x) {
    const Shape shape = lowering.graph().shape(x);
    return reshape(lowering, x, {shape[0] * shape[1], shape[2], shape[3]});
}

/// tf_keras/src/layers/pooling/base_pooling2d.py: a window is pooled along its columns, then along its rows. A mean
/// divides by the cells that exist, whose number is the product of those along each.
Result<std::vector<Flow>> lowerPooling2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         PoolKind kind) {
    const Config& config = layer.config;
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 4));
    const Shape shape = lowering.graph().shape(inputs[0].value);
    ATTN_TRY(const Pair size, positivePair(config, "pool_size", Pair(2, 2)));
    ATTN_TRY(const Pair stride, positivePair(config, "strides", size));
    ATTN_TRY(const std::string padding, config.text("padding", "valid"));
    if (padding != "valid" && padding != "same")
        return fail(ErrorCode::Format, "config entry padding: \"" + padding + "\" found; valid or same expected");
    const bool same = padding == "same";
    GraphBuilder& graph = lowering.graph();
    ATTN_TRY(ValueId y, rowsAsBatch(lowering, inputs[0].value));
    ATTN_TRY(y, graph.add(std::make_shared<Pool1D>(kind, size.second, stride.second, same), {y}, "pooled_columns"));
    const std::int64_t columns = graph.shape(y)[1];
    ATTN_TRY(y, reshape(lowering, y, {shape[0], shape[1], columns * shape[3]}));
    ATTN_TRY(y, graph.add(std::make_shared<Pool1D>(kind, size.first, stride.first, same), {y}, "pooled_rows"));
    ATTN_TRY(y, reshape(lowering, y, {shape[0], graph.shape(y)[1], columns, shape[3]}, "pooled"));
    return single(y);
}

Result<std::vector<Flow>> lowerGlobalPooling2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                               ReduceKind kind) {
    // tf_keras/src/layers/pooling/base_global_pooling2d.py
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(layer.config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 4));
    ATTN_TRY(const bool keep, layer.config.flag("keepdims", false));
    ATTN_TRY(const ValueId y, reduce(lowering, kind, inputs[0].value, {1, 2}, keep, "pooled"));
    return single(y);
}

}  // namespace

Result<std::vector<Flow>> lowerConv2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/{base_conv,conv2d}.py: the sum over the kernel's rows of convolutions along the
    // columns. Texts are given to it as images of one channel (Kim, Convolutional Neural Networks for Sentence
    // Classification, 2014), so its kernels have few rows.
    const Config& config = layer.config;
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 4));
    GraphBuilder& graph = lowering.graph();
    const Shape shape = graph.shape(inputs[0].value);
    ATTN_TRY(const std::int64_t filters, positive(config, "filters"));
    ATTN_TRY(const Pair size, positivePair(config, "kernel_size"));
    ATTN_TRY(const Pair stride, positivePair(config, "strides", Pair(1, 1)));
    ATTN_TRY(const Pair dilation, positivePair(config, "dilation_rate", Pair(1, 1)));
    ATTN_TRY(const std::int64_t groups, positive(config, "groups", 1));
    ATTN_TRY(const bool useBias, config.flag("use_bias", true));
    ATTN_TRY(const std::string mode, config.text("padding", "valid"));
    if (shape[3] % groups != 0)
        return fail(ErrorCode::Shape, "input: " + std::to_string(shape[3]) + " features found, a multiple of " +
                                          std::to_string(groups) + " (groups) expected");
    std::vector<ExpectedWeight> expected{{"kernel", {size.first, size.second, shape[3] / groups, filters}}};
    if (useBias) expected.push_back({"bias", {filters}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));

    const Pair reach{(size.first - 1) * dilation.first + 1, (size.second - 1) * dilation.second + 1};
    ATTN_TRY(const AxisPadding above, paddingFor(mode, shape[1], reach.first, stride.first));
    ATTN_TRY(const AxisPadding beside, paddingFor(mode, shape[2], reach.second, stride.second));
    ATTN_TRY(ValueId x, padded(lowering, inputs[0].value, 1, above));
    ATTN_TRY(x, padded(lowering, x, 2, beside));
    const std::int64_t rows = (graph.shape(x)[1] - reach.first) / stride.first + 1;
    if (graph.shape(x)[1] < reach.first)
        return fail(ErrorCode::Shape, "input: shape " + shape.text() + " found, which the kernel does not fit into");
    std::optional<ValueId> sum;
    for (std::int64_t row = 0; row < size.first; ++row) {
        ATTN_TRY(ValueId part, graph.add(std::make_shared<Slice>(1, row * dilation.first, rows, stride.first), {x}));
        ATTN_TRY(part, rowsAsBatch(lowering, part));
        ATTN_TRY(ValueId kernel, graph.add(std::make_shared<Slice>(0, row, 1), {weights[0]}));
        ATTN_TRY(kernel, reshape(lowering, kernel, graph.shape(weights[0]).from(1)));
        ATTN_TRY(part, graph.add(std::make_shared<Convolution1D>(stride.second, dilation.second, groups),
                                 {part, kernel}, "convolution_of_a_row"));
        if (sum) {
            ATTN_TRY(part, binary(lowering, BinaryKind::Add, *sum, part, "sum_of_rows"));
        }
        sum = part;
    }
    ATTN_TRY(ValueId y, reshape(lowering, *sum, {shape[0], rows, graph.shape(*sum)[1], filters}, "convolution"));
    ATTN_TRY(y, biasedAndActivated(lowering, config, y, useBias ? std::optional(weights[1]) : std::nullopt));
    return single(y);
}

Result<std::vector<Flow>> lowerMaxPooling2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    return lowerPooling2D(lowering, layer, inputs, PoolKind::Max);
}

Result<std::vector<Flow>> lowerAveragePooling2D(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs) {
    return lowerPooling2D(lowering, layer, inputs, PoolKind::Average);
}

Result<std::vector<Flow>> lowerGlobalMaxPooling2D(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    return lowerGlobalPooling2D(lowering, layer, inputs, ReduceKind::Max);
}

Result<std::vector<Flow>> lowerGlobalAveragePooling2D(Lowering& lowering, const Layer& layer,
                                                      const std::vector<Flow>& inputs) {
    return lowerGlobalPooling2D(lowering, layer, inputs, ReduceKind::Mean);
}

}  // namespace attnscope
