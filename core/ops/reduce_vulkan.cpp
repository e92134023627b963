#include "ops/reduce.h"
#include "ops/vulkan_axes.h"
#include "ops/vulkan_team.h"

#include <algorithm>

namespace attnscope {
namespace {

/// Mirrors shaders/reduce.comp.
struct Push {
    AxisPush<1> rows;
    std::uint32_t elements = 0;
    std::uint32_t chunks = 1;
    std::array<std::uint32_t, AxisPush<1>::maxAxes> elementExtents{};
    std::array<std::int32_t, AxisPush<1>::maxAxes> elementStrides{};
};

enum Stage : std::uint32_t { Whole, Chunks, Merge };

/// Some axes of a tensor with their strides.
struct Axes {
    std::vector<std::int64_t> extents;
    Strides strides;

    [[nodiscard]] Result<AxisWalk<1>> walk() const { return axisWalk<1>(Shape(extents), {strides}); }
};

/// Into how many chunks rows are cut: more than one where there are too few rows to keep the device busy.
std::int64_t chunksOf(const TeamPlan& teams, std::int64_t elements) {
    constexpr std::int64_t workgroups = 256;
    constexpr std::int64_t elementsEach = 16;
    constexpr std::int64_t worthIt = 4;
    const std::int64_t chunks = std::min(elements / (elementsEach * teams.team), workgroups / teams.groupCount);
    return chunks < worthIt ? 1 : chunks;
}

}  // namespace

Status Reduce::record(VulkanCall& call) const {
    const VulkanOperand& input = call.input(0);
    Axes kept;
    Axes reduced;
    const Strides strides = input.shape.strides();
    for (std::size_t axis = 0; axis < input.shape.rank(); ++axis) {
        Axes& axes = std::ranges::find(m_axes, axis) != m_axes.end() ? reduced : kept;
        axes.extents.push_back(input.shape[axis]);
        axes.strides.push_back(strides[axis]);
    }
    ATTN_TRY(const auto rows, kept.walk());
    ATTN_TRY(const auto elements, reduced.walk());
    Push push{rows.push, elements.push.count, 1, elements.push.extents, elements.push.strides};

    ATTN_TRY(const VulkanOperand output, call.output());
    const auto dispatch = [&](Stage stage, const TeamPlan& teams, const vulkan::Binding& parts) {
        return call.dispatch(teams.subgroups ? "reduce_subgroups" : "reduce",
                             {teams.size, rows.axes, teams.team, teams.adjacent ? 1U : 0U, elements.axes,
                              static_cast<std::uint32_t>(m_kind), stage},
                             {reads(input), writes(output), parts}, push, teams.groups);
    };
    const std::int64_t count = call.outputShape().elements();
    const bool contiguous = count == 1 || elements.push.strides[elements.axes - 1] == 1;
    const TeamPlan teams = planTeams(call, count, push.elements, contiguous);
    const std::int64_t chunks = chunksOf(teams, push.elements);
    // A whole row needs no parts; the output stands in for a buffer that the shader may write.
    if (chunks == 1) return dispatch(Whole, teams, writes(output));

    push.chunks = static_cast<std::uint32_t>(chunks);
    const VulkanOperand parts = call.scratch({chunks, count, 2});
    ATTN_CHECK(dispatch(Chunks, planTeams(call, count * chunks, push.elements / chunks, contiguous), writes(parts)));
    return dispatch(Merge, planTeams(call, count, chunks, false), reads(parts));
}

}  // namespace attnscope
