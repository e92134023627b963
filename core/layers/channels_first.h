#pragma once

#include "layers/lowering.h"

namespace attnscope {

/// Whether a layer has its features in front of its places, [batch, features, places …], and is one of those whose
/// weights lie the same way either way (since Keras 2).
[[nodiscard]] Result<bool> hasChannelsFirst(const Era& era, const Layer& layer);

/// Lowers such a layer by `lower`, with the features behind the places and back in front of them.
[[nodiscard]] Result<std::vector<Flow>> lowerChannelsFirst(Lowering& lowering, const Layer& layer,
                                                           const std::vector<Flow>& inputs, LowerFunction lower);

}  // namespace attnscope
