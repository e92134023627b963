#include "layers/lower_functions.h"
#include "layers/support.h"

namespace attnscope {

Result<std::vector<Flow>> lowerPassThrough(Lowering&, const Layer&, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/regularization/*.py: noise and penalties belong to training; the mask passes.
    ATTN_CHECK(expectInputs(inputs, 1));
    return inputs;
}

Result<std::vector<Flow>> lowerIdentity(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    // keras/src/layers/core/identity.py; tf_keras/src/layers/core/identity.py stops the mask.
    ATTN_CHECK(expectInputs(inputs, 1));
    if (lowering.era().generation == Generation::Keras3) return inputs;
    return single(inputs[0].value);
}

}  // namespace attnscope
