#pragma once

#include "vulkan/device.h"

#include <string>

namespace attnscope::test {

/// Any device of this machine, a software one where there is no other, under the validation layers.
[[nodiscard]] inline vulkan::DeviceOptions vulkanOptions(const vulkan::DeviceFaults& faults = {}) {
    vulkan::DeviceOptions options;
    options.wish.softwareToo = true;
    options.validation = true;
    options.synchronizationValidation = true;
    options.faults = faults;
    return options;
}

/// Such a device. Tests look at Device::validationMessages(): a single one is a failure.
[[nodiscard]] inline Result<std::shared_ptr<vulkan::Device>> vulkanDevice(const vulkan::DeviceFaults& faults = {}) {
    return vulkan::Device::create(vulkanOptions(faults));
}

/// What the validation layers said, one line each; empty where all is well.
[[nodiscard]] inline std::string validationText(const vulkan::Device& device) {
    std::string text;
    for (const std::string& message : device.validationMessages()) text += message + "\n";
    return text;
}

}  // namespace attnscope::test
