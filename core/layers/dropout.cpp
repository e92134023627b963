#include "layers/lower_functions.h"
#include "layers/support.h"

namespace attnscope {

Result<std::vector<Flow>> lowerPassThrough(Lowering&, const Layer&, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/regularization/*.py: noise and penalties belong to training; the mask passes.
    ATTN_CHECK(expectInputs(inputs, 1));
    return inputs;
}

}  // namespace attnscope
