#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The calls of a layer as a config writes them, of Keras 2 or 3; private to this room.
namespace attnscope {

/// One output tensor of one call, as configs name it: layer, which of its calls, which of that call's outputs.
struct NodeRef {
    std::string layer;
    std::int64_t node = 0;
    std::int64_t tensor = 0;
};

/// One call of a layer, as `inbound_nodes` describes it.
struct NodeConfig {
    std::vector<NodeRef> tensors;  ///< every tensor that it is given
    /// The arguments, in the notation of CallArguments.
    nlohmann::json positional = nlohmann::json::array();
    nlohmann::json named = nlohmann::json::object();
    std::vector<std::size_t> inputs;  ///< which of the tensors are inputs: the positional ones, then the initial state
    /// An explicit `mask=` argument, one for each input; shorter if the rest has none.
    std::vector<std::optional<std::size_t>> masks;
    bool training = false;  ///< called with training=True
};

/// Which notation a config's nodes are in: `[[["x", 0, 0, {kwargs}], …], …]` of Keras 2, or `[{"args", "kwargs"}, …]`
/// of Keras 3. They count the calls of nested models differently.
[[nodiscard]] bool isKeras3Node(const nlohmann::json& node);

/// The calls in a layer's `inbound_nodes`; null means none. Errors say what was expected.
[[nodiscard]] Result<std::vector<NodeConfig>> readNodes(const nlohmann::json& inbound);

/// Tensors in `input_layers` or `output_layers`, which may be a list of references, one reference, or references by
/// name (taken in the order of the names, as tf.nest and keras.tree do).
[[nodiscard]] Result<std::vector<NodeRef>> readTensorList(const nlohmann::json& value);

}  // namespace attnscope
