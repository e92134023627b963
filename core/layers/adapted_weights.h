#pragma once

#include "layers/layer.h"

namespace attnscope {

/// Whether a low-rank adaptation (LoRA) stands beside the layer's kernel, as in HDF5 files of Keras 3; archives hold
/// them merged.
[[nodiscard]] bool isAdapted(const Layer& layer);

/// The same layer with its adaptation merged into its kernel: W + lora_alpha / lora_rank · A·B (keras/src/layers/core/
/// dense.py, kernel). Errors: code Shape where the matrices do not fit the kernel.
[[nodiscard]] Result<Layer> withAdaptationMerged(const Layer& layer);

}  // namespace attnscope
