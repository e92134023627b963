#pragma once

#include "vulkan/device.h"

namespace attnscope::test {

/// Any device of this machine, a software one where there is no other, under the validation layers. Tests look at
/// Device::validationMessages(): a single one is a failure.
[[nodiscard]] inline Result<std::shared_ptr<vulkan::Device>> vulkanDevice(const vulkan::DeviceFaults& faults = {}) {
    vulkan::DeviceOptions options;
    options.wish.softwareToo = true;
    options.validation = true;
    options.synchronizationValidation = true;
    options.faults = faults;
    return vulkan::Device::create(options);
}

}  // namespace attnscope::test
