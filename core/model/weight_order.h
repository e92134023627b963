#pragma once

#include "base/result.h"
#include "layers/layer.h"
#include "model/model_config.h"

#include <vector>

/// Whose weight is whose, in the flat list that a file keeps for a nested model or a wrapper; private to this room.
namespace attnscope {

/// Sets `trainable` of one ordinary layer's weights, as far as its class and config tell.
[[nodiscard]] Result<std::vector<LayerWeight>> marked(const LayerEntry& layer, std::vector<LayerWeight> weights);

/// Gives each layer of a list its weights from the list that the file keeps for all of them: by the layers' names
/// inside the weights' names where these tell them apart, else by position. Errors: the list does not fit the layers.
[[nodiscard]] Result<std::vector<std::vector<LayerWeight>>> dealOut(const std::vector<LayerEntry>& layers,
                                                                    std::vector<LayerWeight> weights);

/// Gives each layer of a model its weights from one list of all of them, as model.get_weights() gives it: layer by
/// layer, whether they are trained or not. One layer of a class that is not known takes what the others leave. Errors:
/// the list does not fit the layers.
[[nodiscard]] Result<std::vector<std::vector<LayerWeight>>> dealInLayerOrder(const std::vector<LayerEntry>& layers,
                                                                             std::vector<LayerWeight> weights);

/// Whether a layer of this class and config has weights; true for classes that are not known.
[[nodiscard]] Result<bool> mayHaveWeights(const LayerEntry& layer);

/// The layers inside a TimeDistributed or SpectralNormalization ([layer]) or a Bidirectional ([forward, backward]), the
/// cells of an RNN; empty for other classes.
[[nodiscard]] Result<std::vector<LayerEntry>> innerEntries(const LayerEntry& layer);

/// The layers directly inside a nested model or a wrapper; empty for an ordinary layer.
[[nodiscard]] Result<std::vector<LayerEntry>> layersInside(const LayerEntry& layer);

/// The weights of the layers inside a wrapper, without those that only its own training needs.
[[nodiscard]] std::vector<LayerWeight> withoutOwn(const LayerEntry& wrapper, std::vector<LayerWeight> weights);

}  // namespace attnscope
