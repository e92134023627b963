#pragma once

#include "base/result.h"
#include "model/archive.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace attnscope {

/// Completes an archive of weights with the model that they belong to: JSON as `model.to_json()` of any Keras gives it,
/// perhaps saved once more as a JSON string. It says which Keras made it; the weights' version counts where it does
/// not. Errors: code Format, what is not such JSON.
[[nodiscard]] Status addArchitecture(Archive& weights, std::string_view json);

/// The file with the architecture that lies beside a file of weights: named like it ("w.json" or "w_config.json" beside
/// "w.h5", "w_weights.h5" and "w.weights.h5"), or "model.json", "architecture.json", "model_config.json" and the like.
/// None if none of them is an architecture.
[[nodiscard]] std::optional<std::string> findArchitectureBeside(const std::filesystem::path& weights);

/// Whether a file holds an architecture.
[[nodiscard]] bool isArchitecture(const std::filesystem::path& file);

/// The most that a file with an architecture may hold, in bytes.
constexpr std::size_t mostArchitectureBytes = std::size_t{64} << 20U;

}  // namespace attnscope
