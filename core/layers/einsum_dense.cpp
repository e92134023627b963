#include "base/text.h"
#include "layers/activations.h"
#include "layers/einsum.h"
#include "layers/lower_functions.h"
#include "layers/support.h"

namespace attnscope {

Result<std::vector<Flow>> lowerEinsumDense(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/src/layers/core/einsum_dense.py: the bias has its axes' extents where bias_axes names them, else 1.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const std::string equation, layer.config.text("equation", ""));
    ATTN_TRY(const std::string biasAxes, layer.config.text("bias_axes", ""));
    const std::size_t expected = biasAxes.empty() ? 1 : 2;
    if (layer.weights.size() != expected)
        return fail(ErrorCode::Shape,
                    std::to_string(layer.weights.size()) + " weights found, " + std::to_string(expected) + " expected");
    std::vector<ExpectedWeight> wanted{{"kernel", layer.weights[0].tensor->shape()}};
    if (!biasAxes.empty()) wanted.push_back({"bias", layer.weights[1].tensor->shape()});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, wanted));
    ATTN_TRY(ValueId y, einsum(lowering, equation, {inputs[0].value, weights[0]}));
    if (!biasAxes.empty()) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, weights[1], "biased"));
    }
    ATTN_TRY(y, activate(lowering, layer.config, y));
    return single(y);  // neither generation lets a mask pass
}

}  // namespace attnscope
