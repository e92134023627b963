#include "layers/activations.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/matmul.h"

namespace attnscope {

Result<std::vector<Flow>> lowerDense(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/core/dense.py: over the last axis of an input of any rank; the mask passes.
    ATTN_CHECK(expectInputs(inputs, 1));
    const Shape& shape = lowering.graph().shape(inputs[0].value);
    if (shape.rank() < 2) return fail(ErrorCode::Shape, "input: shape " + shape.text() + " found, features expected");
    ATTN_TRY(const std::int64_t units, layer.config.integer("units"));
    ATTN_TRY(const bool useBias, layer.config.flag("use_bias", true));
    std::vector<ExpectedWeight> expected{{"kernel", {shape.back(), units}}};
    if (useBias) expected.push_back({"bias", {units}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(ValueId y, lowering.graph().add(std::make_shared<MatMul>(), {inputs[0].value, weights[0]}, "product"));
    if (useBias) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, weights[1], "biased"));
    }
    ATTN_TRY(y, activate(lowering, layer.config, y));
    return single(y, inputs[0].mask);
}

}  // namespace attnscope
