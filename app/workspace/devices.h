#pragma once

#include "eval/open_backend.h"
#include "inspect/inspector.h"
#include "vulkan/device.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace attnscope {

/// What a person chose to compute on, so that it can be remembered: the number of a Vulkan device may be another one
/// next time, its name will not.
struct ChosenDevice {
    DeviceChoice choice;
    std::string deviceName;  ///< of a Vulkan device chosen from a list; empty: the choice itself says all

    bool operator==(const ChosenDevice&) const = default;
};

/// The machine's devices and how they are opened; tests put others in their place.
struct Devices {
    std::function<Result<std::vector<vulkan::DeviceInfo>>()> list = &vulkan::listDevices;
    std::function<Result<std::shared_ptr<Backend>>(const DeviceChoice&)> open = [](const DeviceChoice& choice) {
        return openBackend(choice);
    };
    /// See Inspector.
    std::size_t readAtOnce = Inspector::usualReadAtOnce;
};

/// The choice with the number that the device has now. Errors: code NotFound, there is no device of that name.
[[nodiscard]] Result<DeviceChoice> resolveDevice(const ChosenDevice& chosen, const Devices& devices);

/// What computes.
struct OpenedDevice {
    std::string name;         ///< "vulkan:0"
    std::string description;  ///< for people
    std::string remark;       ///< why it is another one than was asked for; mostly empty

    bool operator==(const OpenedDevice&) const = default;
};

}  // namespace attnscope
