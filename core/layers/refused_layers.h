#pragma once

#include "base/error.h"

#include <span>
#include <string_view>

namespace attnscope {

/// A class of Keras that is known and not evaluated, and why.
struct RefusedLayer {
    std::string_view className;
    std::string_view reason;  ///< follows the layer's name: "works on pictures; …"
    ErrorCode code;
};

/// Every class of Keras that is refused for a reason of its own.
[[nodiscard]] std::span<const RefusedLayer> refusedLayers();

/// The row of a class; null if there is none.
[[nodiscard]] const RefusedLayer* findRefusedLayer(std::string_view className);

}  // namespace attnscope
