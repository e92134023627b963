#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/convolution.h"

namespace attnscope {

namespace {

/// tf_keras/src/layers/pooling/base_pooling2d.py: a window is pooled along its columns, then along its rows. A mean
/// divides by the cells that exist, whose number is the product of those along each.
Result<std::vector<Flow>> lowerPooling2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         PoolKind kind) {
    const Config& config = layer.config;
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 4));
    const Shape shape = lowering.graph().shape(inputs[0].value);
    ATTN_TRY(const Pair size, pairOf(config, "pool_size", 1, Pair(2, 2)));
    ATTN_TRY(const Pair stride, pairOf(config, "strides", 1, size));
    ATTN_TRY(const bool same, padsToSame(config));
    GraphBuilder& graph = lowering.graph();
    ATTN_TRY(ValueId y, reshape(lowering, inputs[0].value, {shape[0] * shape[1], shape[2], shape[3]}));
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
