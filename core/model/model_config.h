#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The config of a Keras model, read but not yet understood; private to this room.
namespace attnscope {

/// How the layers of a model are connected in its config.
enum class ModelKind { Sequential, Functional };

/// One layer's entry in a model's config.
struct LayerEntry {
    std::string name;
    std::string className;
    nlohmann::json config = nlohmann::json::object();
    nlohmann::json inbound;     ///< inbound_nodes; null in a Sequential model
    nlohmann::json buildShape;  ///< build_config.input_shape of Keras 3; null if absent
    /// In an archive: the same number for one layer that several models share; none if it stands there once.
    std::optional<std::int64_t> sharedId;
    bool operation = false;  ///< a node of keras.ops rather than a layer, which may have the same class name
    bool custom = false;     ///< known to be somebody's own class, whatever its name
};

/// Whether a class with this config is a model, and of which kind; none for an ordinary layer.
[[nodiscard]] std::optional<ModelKind> modelKind(std::string_view className, const nlohmann::json& config);

/// A layer's entry from `{"class_name", "config", "name", "inbound_nodes"}`. Errors name what is missing.
[[nodiscard]] Result<LayerEntry> readEntry(const nlohmann::json& entry);

/// The entries of a model's config, which has a list of layers or is one. Errors: a name that occurs twice.
[[nodiscard]] Result<std::vector<LayerEntry>> readEntries(const nlohmann::json& modelConfig);

}  // namespace attnscope
