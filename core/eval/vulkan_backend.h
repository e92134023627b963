#pragma once

#include "eval/backend.h"
#include "vulkan/device.h"

#include <memory>

namespace attnscope {

/// Compute shaders on a device. Tensors taken in go up once; a run is one command buffer and one submission; numbers
/// come back only when a value is read.
[[nodiscard]] std::shared_ptr<Backend> makeVulkanBackend(std::shared_ptr<vulkan::Device> device);

}  // namespace attnscope
