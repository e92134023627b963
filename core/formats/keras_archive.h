#pragma once

#include "base/result.h"
#include "formats/model_file.h"
#include "formats/read_budget.h"
#include "model/archive.h"

#include <string_view>

namespace attnscope {

/// True for a zip archive, or a name that ends in .keras.
[[nodiscard]] bool recognizesKerasArchive(std::string_view head, std::string_view path);

/// Reads a whole model as Keras 3 and tf.keras since 2.12 save it with `model.save("….keras")`: a zip archive with
/// config.json, metadata.json, model.weights.h5 and perhaps vocabularies under assets/. Nothing is written to disk.
[[nodiscard]] Result<Archive> readKerasArchive(const ModelFile& model, ReadBudget& budget);

}  // namespace attnscope
