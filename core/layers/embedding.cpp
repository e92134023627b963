#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/gather.h"

namespace attnscope {

Result<std::vector<Flow>> lowerEmbedding(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/core/embedding.py: makes a mask if mask_zero, and lets none pass.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const std::int64_t rows, layer.config.integer("input_dim"));
    ATTN_TRY(const std::int64_t dim, layer.config.integer("output_dim"));
    ATTN_TRY(const bool maskZero, layer.config.flag("mask_zero", false));
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, {{"embeddings", {rows, dim}}}));
    ATTN_TRY(const ValueId y,
             lowering.graph().add(std::make_shared<Gather>(), {weights[0], inputs[0].value}, "vectors"));
    if (!maskZero) return single(y);
    ATTN_TRY(const ValueId mask, binary(lowering, BinaryKind::NotEqual, inputs[0].value, 0.0F, "padding_id", "mask"));
    return single(y, mask);
}

}  // namespace attnscope
