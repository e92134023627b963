#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/convolution.h"
#include "ops/layout.h"

#include <numeric>

namespace attnscope {

namespace {

/// tf_keras/src/layers/pooling/base_pooling1d.py, base_pooling2d.py: a window is pooled along its columns, then along
/// its rows. A mean divides by the cells that exist, whose number is the product of those along each. The mask stops
/// here.
Result<std::vector<Flow>> lowerPooling(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                       PoolKind kind, std::size_t places) {
    const Config& config = layer.config;
    ATTN_TRY(ValueId y, inputOverPlaces(lowering, config, inputs, places));
    ATTN_TRY(const std::vector<std::int64_t> size,
             alongPlaces(config, "pool_size", places, std::vector<std::int64_t>(places, 2)));
    ATTN_TRY(const std::vector<std::int64_t> stride, alongPlaces(config, "strides", places, size));
    ATTN_TRY(const bool same, padsToSame(config));
    // keras/backend/theano_backend.py of 2.3.1, pool2d: the same in front and behind, even where nothing has to be.
    if (same && lowering.era().backend == "theano")
        return fail(ErrorCode::Unsupported,
                    "config entry padding: \"same\" found, which Theano pads in another way; valid expected");
    Shape shape = lowering.graph().shape(y);
    for (std::size_t axis = places; axis > 0; --axis) {
        const Shape lined{shape.upTo(axis).elements(), shape[axis], shape.from(axis + 1).elements()};
        ATTN_TRY(y, reshape(lowering, y, lined));
        const auto pool = std::make_shared<Pool1D>(kind, size[axis - 1], stride[axis - 1], same);
        ATTN_TRY(y, lowering.graph().add(pool, {y}, "pooled"));
        shape[axis] = lowering.graph().shape(y)[1];
        ATTN_TRY(y, reshape(lowering, y, shape));
    }
    return single(y);
}

/// keras/src/layers/pooling/base_adaptive_pooling.py; ops/nn.py, adaptive_average_pool: as many windows as asked for,
/// the i-th of n from ⌊i·T/n⌋ up to ⌈(i + 1)·T/n⌉. The mask stops here.
Result<std::vector<Flow>> lowerAdaptivePooling(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                               ReduceKind kind) {
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, 1));
    GraphBuilder& graph = lowering.graph();
    const std::int64_t time = graph.shape(x)[1];
    ATTN_TRY(const std::int64_t windows, positive(layer.config, "output_size"));
    constexpr std::int64_t most = 4096;
    if (windows > most)
        return fail(ErrorCode::Limit,
                    "config entry output_size: " + std::to_string(windows) + " found, limit " + std::to_string(most));
    std::vector<ValueId> parts;
    for (std::int64_t window = 0; window < windows; ++window) {
        const std::int64_t start = window * time / windows;
        const std::int64_t end = ((window + 1) * time + windows - 1) / windows;
        ATTN_TRY(const ValueId part, graph.add(std::make_shared<Slice>(1, start, end - start), {x}));
        ATTN_TRY(parts.emplace_back(), reduce(lowering, kind, part, {1}, true));
    }
    if (parts.size() == 1) return single(parts.front());
    ATTN_TRY(const ValueId y, graph.add(std::make_shared<Concatenate>(1), parts, "pooled"));
    return single(y);
}

/// tf_keras/src/layers/pooling/base_global_pooling2d.py, global_max_pooling1d.py: over all places, whatever the mask.
Result<std::vector<Flow>> lowerGlobalPooling(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                             ReduceKind kind, std::size_t places) {
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, places));
    ATTN_TRY(const bool keep, layer.config.flag("keepdims", false));
    std::vector<std::size_t> axes(places);
    std::iota(axes.begin(), axes.end(), std::size_t{1});
    ATTN_TRY(const ValueId y, reduce(lowering, kind, x, std::move(axes), keep, "pooled"));
    if (inputs[0].mask) lowering.note("layer " + layer.name + " takes no notice of the mask: padding takes part");
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
    return lowerPooling(lowering, layer, inputs, PoolKind::Max, 1);
}

Result<std::vector<Flow>> lowerAveragePooling1D(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs) {
    return lowerPooling(lowering, layer, inputs, PoolKind::Average, 1);
}

Result<std::vector<Flow>> lowerMaxPooling2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    return lowerPooling(lowering, layer, inputs, PoolKind::Max, 2);
}

Result<std::vector<Flow>> lowerAveragePooling2D(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs) {
    return lowerPooling(lowering, layer, inputs, PoolKind::Average, 2);
}

Result<std::vector<Flow>> lowerGlobalMaxPooling1D(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    return lowerGlobalPooling(lowering, layer, inputs, ReduceKind::Max, 1);
}

Result<std::vector<Flow>> lowerGlobalMaxPooling2D(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    return lowerGlobalPooling(lowering, layer, inputs, ReduceKind::Max, 2);
}

Result<std::vector<Flow>> lowerGlobalAveragePooling2D(Lowering& lowering, const Layer& layer,
                                                      const std::vector<Flow>& inputs) {
    return lowerGlobalPooling(lowering, layer, inputs, ReduceKind::Mean, 2);
}

Result<std::vector<Flow>> lowerGlobalAveragePooling1D(Lowering& lowering, const Layer& layer,
                                                      const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/pooling/global_average_pooling1d.py: over the timesteps that count; none gives 0/0 = NaN.
    if (!inputs.empty() && !inputs[0].mask) return lowerGlobalPooling(lowering, layer, inputs, ReduceKind::Mean, 1);
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, 1));
    ATTN_TRY(const bool keep, layer.config.flag("keepdims", false));
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const ValueId mask, reshape(lowering, *inputs[0].mask, {shape[0], shape[1], 1}));
    ATTN_TRY(const ValueId counted, binary(lowering, BinaryKind::Multiply, x, mask, "counted"));
    ATTN_TRY(const ValueId sum, reduce(lowering, ReduceKind::Sum, counted, {1}, keep, "sum"));
    ATTN_TRY(const ValueId count, reduce(lowering, ReduceKind::Sum, mask, {1}, keep, "count"));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Divide, sum, count, "mean"));
    return single(y);
}

}  // namespace attnscope
