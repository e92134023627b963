#pragma once

#include "model/model.h"

#include <string>
#include <vector>

namespace attnscope {

/// The layer whose output is the sequence that a new layer would attend to: the first embedding, or the first input.
[[nodiscard]] std::string sequenceLayer(const Model& model);

/// `new_1`, `new_2` …: the first name that neither the model nor a new layer has.
[[nodiscard]] std::string newLayerName(const Model& model, const std::vector<AddedLayer>& added);

}  // namespace attnscope
