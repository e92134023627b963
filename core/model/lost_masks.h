#pragma once

#include "model/model.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace attnscope {

/// A call, and a tensor that it is given.
using GivenTensor = std::pair<std::size_t, std::pair<std::size_t, std::size_t>>;

/// The way to a model inside another: by which call of the outermost model, by which call inside that, …
using CallPath = std::vector<std::size_t>;

/// For a model (the empty path) and those inside it: the tensors that calls find without the mask they had.
using LostMasks = std::map<CallPath, std::set<GivenTensor>>;

/// From Keras 3.8 on MultiHeadAttention takes the masks of its query, value and key away (keras/src/layers/attention/
/// multi_head_attention.py, call()), so that every call which runs after it on the same tensor, in this model or in one
/// inside it, in the order of keras/src/ops/function.py, map_graph(), finds none. Empty for other versions. Models
/// inside wrappers are given tensors of their own and are not followed.
[[nodiscard]] LostMasks lostMasks(const Model& model);

}  // namespace attnscope
