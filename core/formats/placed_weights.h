#pragma once

#include "formats/hdf5_file.h"
#include "model/archive.h"

#include <string_view>

namespace attnscope {

/// Whether a group holds weights by their place in the model, as archives and `.weights.h5` files do.
[[nodiscard]] bool holdsPlacedWeights(const Hdf5Group& root);

/// Adds these weights to the archive, a group for each place that has any: "layers/dense_1", with weights "0", "1".
/// What else is stored (an optimizer's state, random seeds) is not read. Errors: groups nested too deeply or too many.
[[nodiscard]] Status readPlacedWeights(const Hdf5Group& root, ReadBudget& budget, Archive& archive);

/// Adds the weights of a part to the whole; those of one place may be spread over several parts. Errors: code Format
/// for a weight that is in both.
[[nodiscard]] Status joinPlacedWeights(Archive& whole, Archive part);

}  // namespace attnscope
