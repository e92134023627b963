#pragma once

#include "base/result.h"
#include "vulkan/device.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace attnscope::vulkan {

/// A compute shader with what is fixed when its pipeline is made.
struct Kernel {
    std::string_view name;
    std::span<const std::uint32_t> spirv;
    std::vector<std::uint32_t> constants;  ///< specialisation constants 0, 1, …: workgroup size first
    std::uint32_t buffers = 0;             ///< storage buffers at set 0, bindings 0, 1, …
    std::uint32_t pushBytes = 0;
};

/// A compiled kernel.
class Pipeline {
public:
    struct Handles;

    /// Errors of code Device: the driver refuses the shader.
    [[nodiscard]] static Result<std::unique_ptr<Pipeline>> create(Device& device, const Kernel& kernel);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    [[nodiscard]] const Handles& handles() const { return *m_handles; }

private:
    explicit Pipeline(std::unique_ptr<Handles> handles);
    std::unique_ptr<Handles> m_handles;
};

}  // namespace attnscope::vulkan
