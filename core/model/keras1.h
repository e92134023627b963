#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

/// Models of Keras 1 in the words of Keras 2; private to this room.
namespace attnscope {

/// Rewrites a model's config as Keras 1 saved it: config entries get their later names, a Sequential model that starts
/// with a Merge of others becomes a functional one. Classes keep their names, custom layers their entries. Follows
/// Keras 1.2.2 (keras/models.py, keras/layers) and keras/legacy/interfaces.py of Keras 2.3.1.
/// Errors: name the layer that cannot be rewritten.
[[nodiscard]] Result<nlohmann::json> upgradeKeras1(nlohmann::json model);

}  // namespace attnscope
