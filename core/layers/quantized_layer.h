#pragma once

#include "layers/lowering.h"

namespace attnscope {

/// How the weights of a layer of Keras 3 are quantized, "int8" or "int4/128", as its dtype policy says; empty where
/// they are not, and for classes that Keras does not quantize.
[[nodiscard]] std::string quantizationOf(const Layer& layer);

/// Lowers a layer whose weights are quantized to int8: by `lower`, with the weights as the numbers that they stand for,
/// and unless its config says otherwise with inputs rounded to as few steps (keras/src/quantizers/quantizers.py,
/// abs_max_quantize). Errors: code Unsupported for other kinds of quantization and for layers that contain others.
[[nodiscard]] Result<std::vector<Flow>> lowerQuantized(Lowering& lowering, const Layer& layer,
                                                       const std::vector<Flow>& inputs, LowerFunction lower);

}  // namespace attnscope
