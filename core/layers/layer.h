#pragma once

#include "layers/config.h"
#include "tensor/tensor.h"

#include <memory>
#include <string>
#include <vector>

namespace attnscope {

class Model;

/// A trained tensor of a layer, under the name it has in the file ("attention_W", "lstm/kernel").
struct LayerWeight {
    std::string name;
    TensorPtr tensor;
    bool trainable = true;
};

/// A layer of a model file: what its config says and its weights, in the order Keras lists them. Immutable.
struct Layer {
    std::string name;
    std::string className;
    /// A node of keras.ops rather than a layer; layers and operations share class names ("Add", "Softmax").
    bool operation = false;
    /// Known to be somebody's own class, even if its name is one of Keras's.
    bool custom = false;
    Config config;
    std::vector<LayerWeight> weights;
    /// The vocabulary that the file keeps beside the weights, one word a line; empty if there is none.
    std::string vocabulary;
    /// The layers a wrapper wraps: [layer] for TimeDistributed, [forward, backward] for Bidirectional.
    std::vector<std::shared_ptr<const Layer>> inner;
    /// The model that this layer is, for nested models.
    std::shared_ptr<const Model> model;

    /// Number of trained numbers, those of inner layers and nested models included.
    [[nodiscard]] std::int64_t parameterCount() const;
};

}  // namespace attnscope
