#pragma once

#include "layers/layer.h"

#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// What a layer's config says about one of its weights beyond its numbers.
struct WeightTerms {
    std::string weight;       ///< its name
    std::string initializer;  ///< "glorot uniform"; empty if the config does not say
    std::string regularizer;  ///< "l2 0.01"; empty for none
    /// What the regulariser adds to the loss for the weight's present numbers; absent for none and for one that is not
    /// known.
    std::optional<float> penalty;
    std::string constraint;  ///< "max norm 3"; empty for none
    /// Whether the weight is (within 1e-6, relative) where the constraint would put it; absent as above.
    std::optional<bool> holds;
};

/// Reads initialisers, regularisers and constraints of any layer's config and matches them to its weights: a config
/// entry `kernel_regularizer` belongs to the weight whose short name is `kernel` or ends in `_kernel`. Entries of kinds
/// that are not known are shown by their name. Weights of inner layers are not looked at. One entry per weight, in
/// order. `names` are those of the weights where a file only numbers them; the file's own if there are none.
[[nodiscard]] std::vector<WeightTerms> weightTerms(const Layer& layer, const std::vector<std::string>& names = {});

}  // namespace attnscope
