#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope::vulkan {

enum class DeviceType { Discrete, Integrated, Virtual, Software, Other };

/// `discrete GPU`, `software` …, for lists of devices.
[[nodiscard]] std::string_view typeName(DeviceType type);

/// A device as its driver describes it.
struct DeviceInfo {
    std::size_t index = 0;  ///< in the list of this machine's devices
    std::string name;
    DeviceType type = DeviceType::Other;
    std::string driver;                ///< name and version
    std::string apiVersion;            ///< "1.3.230"
    std::uint64_t memoryBytes = 0;     ///< of the largest heap that is the device's own
    std::uint64_t maxBufferBytes = 0;  ///< what a shader can see of one buffer
    std::uint32_t maxSharedBytes = 0;  ///< shared memory of a workgroup
    std::uint32_t maxWorkgroupSize = 0;
    std::uint32_t maxWorkgroupCount = 0;  ///< along one axis
    std::uint32_t subgroupSize = 1;
    bool shufflesSubgroups = false;  ///< invocations of a subgroup can read each other's numbers
    std::string unusable;  ///< why it cannot compute for us; empty if it can
};

/// Which device to take.
struct DeviceWish {
    /// Exactly this one of the list, from 0.
    std::optional<std::size_t> index;
    /// Without an index: whether a software device will do where there is no other.
    bool softwareToo = false;
};

/// The place of the device to take: the one wished for; otherwise a discrete GPU before an integrated one before a
/// virtual one. Errors: code NotFound where there is no such device, with the reason.
[[nodiscard]] Result<std::size_t> chooseDevice(std::span<const DeviceInfo> devices, const DeviceWish& wish);

}  // namespace attnscope::vulkan
