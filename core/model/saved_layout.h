#pragma once

#include "layers/layer.h"
#include "model/model_config.h"

#include <string_view>
#include <vector>

/// The layouts in which files keep the weights of a layer; private to this room.
namespace attnscope {

/// Brings the weights of an ordinary layer into the layout of today's Keras: the gates that Keras 1 keeps apart become
/// one array, kernels of Keras 1's Convolution1D lose an axis, those that Theano saved are turned round (`backend` is
/// what the file names), and weights of CuDNN layers, also under the plain classes, become those of LSTM and GRU with
/// reset_after. Weights of any other form stay as they are. Source: keras/engine/saving.py of Keras 2.3.1,
/// preprocess_weights_for_loading and _convert_rnn_weights.
[[nodiscard]] std::vector<LayerWeight> currentLayout(const LayerEntry& layer, std::vector<LayerWeight> weights,
                                                     std::string_view backend);

}  // namespace attnscope
