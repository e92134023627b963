#pragma once

#include "base/result.h"
#include "layers/layer.h"
#include "model/archive.h"
#include "model/model_config.h"

#include <vector>

/// Whose weight is whose in files that name weights by where their layer stands in the model ("layers/dense_1/vars/0");
/// private to this room.
namespace attnscope {

/// The weights of an archive that names them by place, each with its whole path as its name.
[[nodiscard]] std::vector<LayerWeight> placedWeights(std::vector<ArchiveGroup> groups);

/// Whether these weights of a model or a wrapper are named by place.
[[nodiscard]] bool areNamedByPlace(const std::vector<LayerWeight>& weights);

/// Gives each layer of a model, or of a wrapper, its weights, whose names then count from that layer: "cell/vars/0".
/// Errors: weights at a place where the model has no layer.
[[nodiscard]] Result<std::vector<std::vector<LayerWeight>>> dealByPlace(const std::vector<LayerEntry>& layers,
                                                                        std::vector<LayerWeight> weights);

}  // namespace attnscope
