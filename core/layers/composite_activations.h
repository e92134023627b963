#pragma once

#include "layers/lowering.h"

#include <string_view>

/// Activations that are made of several operations; private to this room.
namespace attnscope {

using CompositeActivation = Result<ValueId> (*)(Lowering& lowering, ValueId x);

/// x − max − log Σ exp(x − max), over one axis.
[[nodiscard]] Result<ValueId> logSoftmax(Lowering& lowering, ValueId x, std::size_t axis);
/// −softplus(−x)
[[nodiscard]] Result<ValueId> logSigmoid(Lowering& lowering, ValueId x);

/// How to apply an activation of this name with its default arguments (keras/src/activations/activations.py of Keras
/// 3); nullptr for a name that is not among them.
[[nodiscard]] CompositeActivation compositeActivation(std::string_view name);

}  // namespace attnscope
