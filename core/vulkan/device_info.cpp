#include "vulkan/device_info.h"

#include <array>

namespace attnscope::vulkan {

std::string_view typeName(DeviceType type) {
    switch (type) {
        case DeviceType::Discrete:
            return "discrete GPU";
        case DeviceType::Integrated:
            return "integrated GPU";
        case DeviceType::Virtual:
            return "virtual GPU";
        case DeviceType::Software:
            return "software";
        case DeviceType::Other:
            break;
    }
    return "other";
}

Result<std::size_t> chooseDevice(std::span<const DeviceInfo> devices, const DeviceWish& wish) {
    if (wish.index) {
        if (*wish.index >= devices.size())
            return fail(ErrorCode::NotFound, "there is no Vulkan device " + std::to_string(*wish.index) +
                                                 ", there are " + std::to_string(devices.size()));
        const DeviceInfo& device = devices[*wish.index];
        if (!device.unusable.empty()) return fail(ErrorCode::NotFound, device.name + ": " + device.unusable);
        return *wish.index;
    }
    static constexpr std::array order{DeviceType::Discrete, DeviceType::Integrated, DeviceType::Virtual,
                                      DeviceType::Other, DeviceType::Software};
    std::string reasons;
    for (const DeviceType type : order) {
        for (std::size_t index = 0; index < devices.size(); ++index) {
            const DeviceInfo& device = devices[index];
            if (device.type != type) continue;
            std::string reason = device.unusable;
            if (type == DeviceType::Software && !wish.softwareToo)
                reason = "a software device, slower than the CPU itself";
            if (reason.empty()) return index;
            reasons += (reasons.empty() ? ": " : "; ") + device.name + ": " + reason;
        }
    }
    return fail(ErrorCode::NotFound, "there is no GPU to compute on" + reasons);
}

}  // namespace attnscope::vulkan
