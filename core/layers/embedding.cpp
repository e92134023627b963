#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/gather.h"
#include "ops/matmul.h"

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

Result<std::vector<Flow>> lowerReversibleEmbedding(Lowering& lowering, const Layer& layer,
                                                   const std::vector<Flow>& inputs) {
    // keras/src/layers/core/reversible_embedding.py: called with reverse=True it tells how near a vector is to every
    // row, by the table turned round or one of its own.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const bool tied, layer.config.flag("tie_weights", true));
    ATTN_TRY(const bool reverse, Config(lowering.arguments().named).flag("reverse", false));
    Layer embedding = layer;
    if (!tied) {
        if (layer.weights.size() != 2)
            return fail(ErrorCode::Shape, std::to_string(layer.weights.size()) + " weights found, 2 expected");
        embedding.weights.pop_back();
    }
    if (!reverse) return lowerEmbedding(lowering, embedding, inputs);
    ATTN_TRY(const std::int64_t rows, layer.config.integer("input_dim"));
    ATTN_TRY(const std::int64_t dim, layer.config.integer("output_dim"));
    std::vector<ExpectedWeight> expected{{"embeddings", {rows, dim}}};
    if (!tied) expected.push_back({"reverse_embeddings", {dim, rows}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y,
             lowering.graph().add(std::make_shared<MatMul>(false, tied), {inputs[0].value, weights.back()}, "logits"));
    if (layer.config.has("logit_soft_cap")) {
        ATTN_TRY(const float cap, layer.config.number("logit_soft_cap", 1.0F));
        const ValueId bound = lowering.graph().scalar("logit_soft_cap", cap);
        ATTN_TRY(y, binary(lowering, BinaryKind::Divide, y, bound));
        ATTN_TRY(y, unary(lowering, UnaryKind::Tanh, y));
        ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, y, bound, "capped"));
    }
    return single(y);
}

}  // namespace attnscope
