#pragma once

#include "vulkan/device.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

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

/// The devices that the tests of a class open. In cleanup() they ask for messages().
class VulkanDevices {
public:
    /// A device as vulkanDevice() has it; throws where there is none, which fails the test.
    [[nodiscard]] std::shared_ptr<vulkan::Device> open(const vulkan::DeviceFaults& faults = {}) {
        auto device = vulkanDevice(faults);
        if (!device) throw std::runtime_error(device.error().text());
        m_devices.push_back(*device);
        return *device;
    }

    /// What the validation layers said of all of them; empty where all is well. Those not in use any more are let go.
    [[nodiscard]] std::string messages() {
        std::string text;
        for (const auto& device : m_devices) text += validationText(*device);
        std::erase_if(m_devices, [](const auto& device) { return device.use_count() == 1; });
        return text;
    }

private:
    std::vector<std::shared_ptr<vulkan::Device>> m_devices;
};

}  // namespace attnscope::test
