#include "ops/softmax.h"
#include "ops/vulkan_axes.h"
#include "ops/vulkan_team.h"

#include <bit>

namespace attnscope {
namespace {

/// Mirrors shaders/softmax.comp.
struct Push {
    AxisPush<2> rows;
    std::uint32_t elements;
    std::int32_t scoreStep;
    std::int32_t maskStep;
};

/// Without the element at `place`.
template <typename T>
std::vector<T> without(std::vector<T> values, std::size_t place) {
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(place));
    return values;
}

}  // namespace

Status Softmax::record(VulkanCall& call) const {
    constexpr std::uint32_t mostKept = 16;  // more would not stay in registers
    const VulkanOperand& scores = call.input(0);
    const bool masked = call.inputs() == 2;
    const VulkanOperand& mask = masked ? call.input(1) : scores;
    const Strides scoreStrides = scores.shape.strides();
    const Strides maskStrides = broadcastStrides(mask.shape, scores.shape);
    const Shape rows(without(scores.shape.extents(), m_axis));
    ATTN_TRY(const auto walk, axisWalk<2>(rows, {without(scoreStrides, m_axis), without(maskStrides, m_axis)}));
    const auto elements = static_cast<std::uint32_t>(scores.shape[m_axis]);
    const TeamPlan teams = planTeams(call, rows.elements(), elements, scoreStrides[m_axis] == 1);
    const std::uint32_t each = std::bit_ceil((elements + teams.team - 1) / teams.team);
    const bool isShort = each <= mostKept;
    ATTN_TRY(const VulkanOperand output, call.output());
    return call.dispatch(teams.subgroups ? "softmax_subgroups" : "softmax",
                         {teams.size, walk.axes, teams.team, teams.adjacent ? 1U : 0U, masked ? 1U : 0U,
                          isShort ? each : 1U, isShort ? 1U : 0U},
                         {reads(scores), reads(mask), writes(output)},
                         Push{walk.push, elements, static_cast<std::int32_t>(scoreStrides[m_axis]),
                              static_cast<std::int32_t>(maskStrides[m_axis])},
                         teams.groups);
}

}  // namespace attnscope
