#pragma once

#include "layers/layer.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace attnscope {

/// The weights a file keeps for one top-level layer, in the file's order.
struct ArchiveGroup {
    std::string layer;  ///< its name; its place where Archive::byPlace says so; empty in a list without names
    std::vector<LayerWeight> weights;
};

/// What a reader makes of a model file: one neutral description and named tensors. Bounds are proven by the reader:
/// every tensor is whole and within the budget. What it means is the model's business.
struct Archive {
    std::string format;       ///< "Keras HDF5"
    std::string framework;    ///< "keras"
    std::string version;      ///< the Keras version that saved the file; empty if the file does not say
    nlohmann::json config;    ///< model_config: {"class_name": "Functional", "config": {…}}; null if the
                              ///< file holds weights only
    nlohmann::json training;  ///< training_config; null if absent
    std::vector<ArchiveGroup> groups;
    std::string backend = {};  ///< "tensorflow", "theano" as the file names it; empty if it does not
    /// Groups are named by where a layer stands in the model, "layers/dense_1/cell", as Keras 3 does; weights by number.
    bool byPlace = false;
    std::map<std::string, std::string> files = {};  ///< texts that layers keep beside weights: vocabularies, by path
};

}  // namespace attnscope
