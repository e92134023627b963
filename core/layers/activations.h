#pragma once

#include "layers/lowering.h"
#include "ops/elementwise.h"

/// Keras's activation functions, as layers name them in their configs.
namespace attnscope {

/// Applies the activation that a config entry names: a string, null (linear), or {"class_name": …, "config": …} for a
/// function or an activation layer. Softmax runs over the last axis. The result is named after the activation.
/// Code PythonCode for marshalled functions, code Unsupported for names that Keras does not have.
[[nodiscard]] Result<ValueId> activate(Lowering& lowering, const Config& config, ValueId x,
                                       std::string_view key = "activation");

/// The function that a config entry names, which must work element by element; null is linear.
[[nodiscard]] Result<UnaryKind> elementwiseActivation(Lowering& lowering, const Config& config, std::string_view key);

/// The activation of a recurrent cell, which must work element by element.
[[nodiscard]] Result<UnaryKind> cellActivation(Lowering& lowering, const Config& config, std::string_view key,
                                               std::string_view fallback);

}  // namespace attnscope
