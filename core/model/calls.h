#pragma once

#include "model/model.h"
#include "model/model_config.h"

/// How the layers of a model are connected; private to this room.
namespace attnscope {

/// The calls of a model in an order in which they can run, and which of their tensors are its inputs and outputs.
struct Wiring {
    std::vector<LayerCall> calls;
    std::vector<TensorRef> inputs;
    std::vector<TensorRef> outputs;
};

/// One layer after the other; the first must be an InputLayer.
[[nodiscard]] Result<Wiring> wireSequential(const std::vector<LayerEntry>& layers);

/// As inbound_nodes, input_layers and output_layers say. Errors: a reference to a layer or call that does not exist,
/// calls that wait for each other.
[[nodiscard]] Result<Wiring> wireFunctional(const std::vector<LayerEntry>& layers, const nlohmann::json& config);

}  // namespace attnscope
