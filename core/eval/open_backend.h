#pragma once

#include "eval/backend.h"
#include "vulkan/device.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace attnscope {

/// What is asked to compute, as `--device` has it.
struct DeviceChoice {
    enum class Kind {
        Auto,  ///< a GPU where there is one, else the CPU; never a software device
        Cpu,
        Vulkan,  ///< the best Vulkan device, or the one of the index
    };
    Kind kind = Kind::Auto;
    std::optional<std::size_t> index;

    bool operator==(const DeviceChoice&) const = default;
};

/// Reads `auto`, `cpu`, `vulkan` or `vulkan:N`. Errors of code InvalidInput say what was expected.
[[nodiscard]] Result<DeviceChoice> parseDeviceChoice(std::string_view text);

/// The text that parseDeviceChoice reads as this choice.
[[nodiscard]] std::string deviceChoiceText(const DeviceChoice& choice);

/// The backend for a choice. On a GPU the CPU stands by (makeFallbackBackend). With Auto there is always one: a GPU
/// that is there but fails is remarked on. With Vulkan the errors are vulkan::Device::create's and selfCheck's.
/// `options` is for tests; its wish is set here.
[[nodiscard]] Result<std::shared_ptr<Backend>> openBackend(const DeviceChoice& choice, vulkan::DeviceOptions options);

/// The same, with pipelines kept in the user's cache folder.
[[nodiscard]] Result<std::shared_ptr<Backend>> openBackend(const DeviceChoice& choice);

/// Lets a backend compute something small whose result is known: drivers can be broken.
/// Errors: the backend's, code Device where the numbers are wrong.
[[nodiscard]] Status selfCheck(Backend& backend);

}  // namespace attnscope
