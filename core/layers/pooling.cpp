#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/convolution.h"
#include "ops/layout.h"

namespace attnscope {

namespace {

/// tf_keras/src/layers/pooling/base_pooling1d.py; the mask stops here.
Result<std::vector<Flow>> lowerPooling(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                       PoolKind kind) {
    const Config& config = layer.config;
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 3));
    ATTN_TRY(const std::int64_t width, positive(config, "pool_size", 2));
    ATTN_TRY(const std::int64_t stride, positive(config, "strides", width));
    ATTN_TRY(const bool same, padsToSame(config));
    ATTN_TRY(const ValueId y,
             lowering.graph().add(std::make_shared<Pool1D>(kind, width, stride, same), {inputs[0].value}, "pooled"));
    return single(y);
}

/// keras/src/layers/pooling/base_adaptive_pooling.py; ops/nn.py, adaptive_average_pool: as many windows as asked for,
/// the i-th of n from ⌊i·T/n⌋ up to ⌈(i + 1)·T/n⌉. The mask stops here.
Result<std::vector<Flow>> lowerAdaptivePooling(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                               ReduceKind kind) {
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(layer.config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 3));
    GraphBuilder& graph = lowering.graph();
    const std::int64_t time = graph.shape(inputs[0].value)[1];
    ATTN_TRY(const std::int64_t windows, positive(layer.config, "output_size"));
    constexpr std::int64_t most = 4096;
    if (windows > most)
        return fail(ErrorCode::Limit,
                    "config entry output_size: " + std::to_string(windows) + " found, limit " + std::to_string(most));
    std::vector<ValueId> parts;
    for (std::int64_t window = 0; window < windows; ++window) {
        const std::int64_t start = window * time / windows;
        const std::int64_t end = ((window + 1) * time + windows - 1) / windows;
        ATTN_TRY(const ValueId part, graph.add(std::make_shared<Slice>(1, start, end - start), {inputs[0].value}));
        ATTN_TRY(parts.emplace_back(), reduce(lowering, kind, part, {1}, true));
    }
    if (parts.size() == 1) return single(parts.front());
    ATTN_TRY(const ValueId y, graph.add(std::make_shared<Concatenate>(1), parts, "pooled"));
    return single(y);
}

}  // namespace

Result<std::vector<Flow>> lowerAdaptiveAveragePooling1D(Lowering& lowering, const Layer& layer,
                                                        const std::vector<Flow>& inputs) {
    return lowerAdaptivePooling(lowering, layer, inputs, ReduceKind::Mean);
}

Result<std::vector<Flow>> lowerAdaptiveMaxPooling1D(Lowering& lowering, const Layer& layer,
                                                    const std::vector<Flow>& inputs) {
    return lowerAdaptivePooling(lowering, layer, inputs, ReduceKind::Max);
}

Result<std::vector<Flow>> lowerMaxPooling1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    return lowerPooling(lowering, layer, inputs, PoolKind::Max);
}

Result<std::vector<Flow>> lowerAveragePooling1D(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs) {
    return lowerPooling(lowering, layer, inputs, PoolKind::Average);
}

Result<std::vector<Flow>> lowerGlobalMaxPooling1D(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/pooling/global_max_pooling1d.py: knows no mask, so masked timesteps take part.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(layer.config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 3));
    ATTN_TRY(const bool keep, layer.config.flag("keepdims", false));
    ATTN_TRY(const ValueId y, reduce(lowering, ReduceKind::Max, inputs[0].value, {1}, keep, "largest"));
    if (inputs[0].mask) lowering.note("layer " + layer.name + " takes no notice of the mask: padding takes part");
    return single(y);
}

Result<std::vector<Flow>> lowerGlobalAveragePooling1D(Lowering& lowering, const Layer& layer,
                                                      const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/pooling/global_average_pooling1d.py: over the timesteps that count; none gives 0/0 = NaN.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(layer.config));
    const ValueId x = inputs[0].value;
    ATTN_CHECK(expectRank(lowering, x, 3));
    ATTN_TRY(const bool keep, layer.config.flag("keepdims", false));
    if (!inputs[0].mask) {
        ATTN_TRY(const ValueId y, reduce(lowering, ReduceKind::Mean, x, {1}, keep, "mean"));
        return single(y);
    }
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const ValueId mask, reshape(lowering, *inputs[0].mask, {shape[0], shape[1], 1}));
    ATTN_TRY(const ValueId counted, binary(lowering, BinaryKind::Multiply, x, mask, "counted"));
    ATTN_TRY(const ValueId sum, reduce(lowering, ReduceKind::Sum, counted, {1}, keep, "sum"));
    ATTN_TRY(const ValueId count, reduce(lowering, ReduceKind::Sum, mask, {1}, keep, "count"));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Divide, sum, count, "mean"));
    return single(y);
}

}  // namespace attnscope
