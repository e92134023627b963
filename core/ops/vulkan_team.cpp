#include "ops/vulkan_team.h"

#include <algorithm>
#include <bit>

namespace attnscope {
namespace {

std::int64_t powerOfTwoAbove(std::int64_t number) {
    return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(number, 1))));
}

/// Rows side by side that a workgroup reads from: enough to use whole lines of the cache, few enough to keep the device
/// busy.
std::int64_t neighbours(std::int64_t rows) {
    constexpr std::int64_t wide = 32;
    constexpr std::int64_t narrow = 8;
    constexpr std::int64_t workgroups = 128;
    return std::min(powerOfTwoAbove(rows), rows < wide * workgroups ? narrow : wide);
}

}  // namespace

TeamPlan planTeams(const VulkanCall& call, std::int64_t rows, std::int64_t elements, bool contiguous) {
    constexpr std::int64_t elementsEach = 4;  // below this a member does little but wait for the others
    TeamPlan plan;
    plan.size = std::bit_floor(call.workgroupSize());
    plan.adjacent = contiguous;
    const std::int64_t useful = contiguous ? powerOfTwoAbove(elements / elementsEach) : powerOfTwoAbove(elements);
    const std::int64_t most = contiguous ? plan.size : plan.size / neighbours(rows);
    plan.team = static_cast<std::uint32_t>(std::clamp<std::int64_t>(useful, 1, most));
    plan.subgroups = contiguous && call.device().shufflesSubgroups && plan.size % call.device().subgroupSize == 0;
    const std::int64_t together = plan.size / plan.team;
    plan.groupCount = (rows + together - 1) / together;
    plan.groups = call.groups(plan.groupCount);
    return plan;
}

}  // namespace attnscope
