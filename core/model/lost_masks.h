#pragma once

#include "model/model.h"

#include <set>
#include <utility>

namespace attnscope {

/// A call, and a tensor that it is given.
using GivenTensor = std::pair<std::size_t, std::pair<std::size_t, std::size_t>>;

/// The tensors that calls find without the mask they had. From Keras 3.8 on MultiHeadAttention takes the masks of its
/// query, value and key away (keras/src/layers/attention/multi_head_attention.py, call()), so that every call which
/// runs after it, in the order of keras/src/ops/function.py, map_graph(), finds none.
[[nodiscard]] std::set<GivenTensor> lostMasks(const Model& model);

}  // namespace attnscope
