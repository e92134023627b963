#pragma once

#include "base/result.h"
#include "formats/model_file.h"
#include "formats/read_budget.h"
#include "model/archive.h"

#include <string_view>

namespace attnscope {

/// True for a name that ends in .npz.
[[nodiscard]] bool recognizesNpzWeights(std::string_view head, std::string_view path);

/// Reads weights that numpy saved: `np.savez(file, *model.get_weights())`, one group without a name in the order of
/// the arrays' numbers, or arrays named like weights ("dense/kernel:0"), a group for each layer. There is no model in
/// the archive. Errors: what ZipArchive and parseNpy refuse, with the member's name.
[[nodiscard]] Result<Archive> readNpzWeights(const ModelFile& file, ReadBudget& budget);

}  // namespace attnscope
