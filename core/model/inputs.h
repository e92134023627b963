#pragma once

#include "model/model.h"
#include "model/model_config.h"

/// What a model wants to be given; private to this room.
namespace attnscope {

/// The InputLayer of a Sequential model whose list does not start with one: its shape is the first layer's
/// batch_input_shape, or the model's build_input_shape. Errors: the file does not say what goes in.
[[nodiscard]] Result<LayerEntry> implicitInput(const LayerEntry& first, const nlohmann::json& modelConfig);

/// Name and extents from an InputLayer's config. Errors: no shape, or an extent that is not a length.
[[nodiscard]] Result<ModelInput> readInput(const Layer& layer);

/// Finds out which inputs are text, and which layer makes token ids of it; which others go into an Embedding or a
/// lookup, through models and wrappers and layers that only rearrange.
[[nodiscard]] Status findTokenIds(const std::vector<std::shared_ptr<const Layer>>& layers,
                                  const std::vector<LayerCall>& calls, const std::vector<TensorRef>& inputTensors,
                                  std::vector<ModelInput>& inputs);

}  // namespace attnscope
