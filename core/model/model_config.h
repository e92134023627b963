#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The config of a Keras 2 model, read but not yet understood; private to this room.
namespace attnscope {

/// How the layers of a model are connected in its config.
enum class ModelKind { Sequential, Functional };

/// One output tensor of one call, as configs name it: layer, which of its calls, which of that call's outputs.
struct NodeRef {
    std::string layer;
    std::int64_t node = 0;
    std::int64_t tensor = 0;
};

/// One call of a layer, as `inbound_nodes` describes it.
struct NodeConfig {
    std::vector<NodeRef> inputs;
    /// An explicit `mask=` argument, one for each input; shorter if the rest has none.
    std::vector<std::optional<NodeRef>> masks;
    bool training = false;    ///< called with training=True
    std::string unsupported;  ///< what of the call cannot be followed; empty if all can
};

/// One layer's entry in a model's config.
struct LayerEntry {
    std::string name;
    std::string className;
    nlohmann::json config;
    nlohmann::json inbound;  ///< inbound_nodes; null in a Sequential model
};

/// Whether a class with this config is a model, and of which kind; none for an ordinary layer.
[[nodiscard]] std::optional<ModelKind> modelKind(std::string_view className, const nlohmann::json& config);

/// A layer's entry from `{"class_name", "config", "name", "inbound_nodes"}`. Errors name what is missing.
[[nodiscard]] Result<LayerEntry> readEntry(const nlohmann::json& entry);

/// The entries of a model's config, which has a list of layers or is one. Errors: a name that occurs twice.
[[nodiscard]] Result<std::vector<LayerEntry>> readEntries(const nlohmann::json& modelConfig);

/// The calls in a layer's `inbound_nodes` (Keras 2: `[[["x", 0, 0, {kwargs}], …], …]`).
[[nodiscard]] Result<std::vector<NodeConfig>> readNodes(const LayerEntry& entry);

/// Tensors in `input_layers` or `output_layers`, which may be a list of references, one reference, or references by
/// name (taken in the order of the names, as tf.nest does).
[[nodiscard]] Result<std::vector<NodeRef>> readTensorList(const nlohmann::json& value);

}  // namespace attnscope
