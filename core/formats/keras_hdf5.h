#pragma once

#include "base/result.h"
#include "formats/model_file.h"
#include "formats/read_budget.h"
#include "model/archive.h"

#include <string_view>

namespace attnscope {

/// True for the HDF5 signature at the places where it may stand, or a name that ends in .h5 or .hdf5.
[[nodiscard]] bool recognizesKerasHdf5(std::string_view head, std::string_view path);

/// Reads a whole model as tf_keras and Keras 2 save it with `model.save("….h5")`. Errors say what is wrong, where in
/// the file, and what was expected; they do not repeat the file's name.
[[nodiscard]] Result<Archive> readKerasHdf5(const ModelFile& model, ReadBudget& budget);

}  // namespace attnscope
