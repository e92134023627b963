#pragma once

#include "ops/vulkan_call.h"

namespace attnscope {

/// How a kernel that includes shaders/common/team.glsl is started.
struct TeamPlan {
    std::uint32_t size = 1;  ///< of a workgroup
    std::uint32_t team = 1;  ///< invocations that share a row
    bool adjacent = true;    ///< members of a team are neighbours
    bool subgroups = false;  ///< the kernel's variant with subgroups will do
    vulkan::Groups groups{1, 1, 1};
    std::int64_t groupCount = 1;
};

/// Teams for `rows` rows of `elements` elements; `contiguous` says whether a row's elements lie side by side in memory,
/// otherwise neighbouring rows do.
[[nodiscard]] TeamPlan planTeams(const VulkanCall& call, std::int64_t rows, std::int64_t elements, bool contiguous);

}  // namespace attnscope
