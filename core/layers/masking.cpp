#include "layers/lower_functions.h"
#include "layers/support.h"

namespace attnscope {

Result<std::vector<Flow>> lowerMasking(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/core/masking.py: a timestep counts if any feature differs from mask_value; the others become
    // 0.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const float maskValue, layer.config.number("mask_value", 0.0F));
    const ValueId x = inputs[0].value;
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const std::size_t last, axisOf(-1, shape.rank()));
    ATTN_TRY(const ValueId differs, binary(lowering, BinaryKind::NotEqual, x, maskValue, "mask_value", "differs"));
    ATTN_TRY(const ValueId counts, reduce(lowering, ReduceKind::Max, differs, {last}, true, "counts"));
    ATTN_TRY(const ValueId mask, reshape(lowering, counts, shape.upTo(last), "mask"));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Multiply, x, counts, "masked"));
    return single(y, mask);
}

}  // namespace attnscope
