#pragma once

#include "base/result.h"
#include "layers/era.h"
#include "layers/layer.h"
#include "model/archive.h"
#include "model/model_config.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

/// Whose weight is whose in files that name weights by where their layer stands in the model ("layers/dense_1/vars/0");
/// private to this room.
namespace attnscope {

/// The weights of an archive that names them by place, each with its whole path as its name.
[[nodiscard]] std::vector<LayerWeight> placedWeights(std::vector<ArchiveGroup> groups);

/// Whether these weights of a model or a wrapper are named by place.
[[nodiscard]] bool areNamedByPlace(const std::vector<LayerWeight>& weights);

/// What decides at which place a layer's weights are.
struct SavedPlaces {
    const Era& era;
    std::set<std::int64_t> met;  ///< LayerEntry::sharedId of those that Keras came past before
};

/// Gives each layer of a model, or of a wrapper, its weights, whose names then count from that layer: "cell/vars/0".
/// A layer that was met before, or earlier inside this model, has none. Errors: weights at a place where the model has
/// no layer.
[[nodiscard]] Result<std::vector<std::vector<LayerWeight>>> dealByPlace(const std::vector<LayerEntry>& layers,
                                                                        std::vector<LayerWeight> weights,
                                                                        SavedPlaces places);

/// Where a file that names things by place keeps what belongs to each layer of a model: "layers/text_vectorization_1".
/// Empty for operations, which have no place, and for layers that were met before. Errors: a config that does not tell
/// whether a layer has weights, where that counts.
[[nodiscard]] Result<std::vector<std::string>> layerPlaces(const std::vector<LayerEntry>& layers, SavedPlaces places);

/// The texts of an archive by their places as layerPlaces gives them, whatever the version that wrote them calls the
/// root.
[[nodiscard]] std::map<std::string, std::string> placedFiles(std::map<std::string, std::string> files);

}  // namespace attnscope
