#pragma once

#include "model/model.h"

#include <optional>
#include <string>

namespace attnscope {

/// A layer that Keras computes in half precision.
struct HalfPrecision {
    std::string layer;
    std::string policy;  ///< "mixed_float16", "bfloat16"
};

/// The first layer of a model, those inside others included, whose dtype policy is one of half precision; none if there
/// is none. Everything is computed in float32 here.
[[nodiscard]] std::optional<HalfPrecision> halfPrecision(const Model& model);

}  // namespace attnscope
