#include "workspace/devices.h"

#include <algorithm>

namespace attnscope {

Result<DeviceChoice> resolveDevice(const ChosenDevice& chosen, const Devices& devices) {
    if (chosen.deviceName.empty() || chosen.choice.kind != DeviceChoice::Kind::Vulkan) return chosen.choice;
    ATTN_TRY(const std::vector<vulkan::DeviceInfo> found, devices.list());
    const auto isIt = [&](const vulkan::DeviceInfo& device) { return device.name == chosen.deviceName; };
    // Of two equal cards, the one in the same place.
    if (chosen.choice.index && *chosen.choice.index < found.size() && isIt(found[*chosen.choice.index]))
        return chosen.choice;
    const auto elsewhere = std::ranges::find_if(found, isIt);
    if (elsewhere == found.end()) return fail(ErrorCode::NotFound, chosen.deviceName + " is not there any more");
    return DeviceChoice{DeviceChoice::Kind::Vulkan, elsewhere->index};
}

}  // namespace attnscope
