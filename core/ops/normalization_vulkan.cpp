#include "ops/normalization.h"
#include "ops/vulkan_team.h"

namespace attnscope {

Status Standardize::record(VulkanCall& call) const {
    struct Push {
        std::uint32_t rows;
        std::uint32_t elements;
        float epsilon;
    };
    const Shape& shape = call.outputShape();
    const std::int64_t elements = shape.from(shape.rank() - m_axes).elements();
    const std::int64_t rows = shape.elements() / elements;
    const TeamPlan teams = planTeams(call, rows, elements, true);
    ATTN_TRY(const VulkanOperand output, call.output());
    return call.dispatch(teams.subgroups ? "standardize_subgroups" : "standardize", {teams.size, 1U, teams.team, 1U},
                         {reads(call.input(0)), writes(output)},
                         Push{static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(elements), m_epsilon},
                         teams.groups);
}

}  // namespace attnscope
