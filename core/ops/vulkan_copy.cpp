#include "ops/vulkan_copy.h"

#include "ops/vulkan_axes.h"

#include <algorithm>
#include <optional>

namespace attnscope {
namespace {

using Axes = std::vector<StridedAxis<2>>;  // of the output, strides in source and target

/// Mirrors shaders/transpose.comp.
struct TransposePush {
    AxisPush<2> matrices;
    std::uint32_t rows;
    std::uint32_t columns;
    std::uint32_t sourceStep;
    std::uint32_t targetStep;
};

/// The axis along which the source is contiguous, where the output is contiguous along another one and both are long
/// enough for tiles.
std::optional<std::size_t> transposedRows(const Axes& axes) {
    constexpr std::int64_t worthIt = 8;
    if (axes.empty() || axes.back().strides[0] <= 1 || axes.back().extent < worthIt) return std::nullopt;
    if (axes.size() > AxisPush<2>::maxAxes + 2) return std::nullopt;
    const auto rows = std::ranges::find_if(
        axes, [](const StridedAxis<2>& axis) { return axis.strides[0] == 1 && axis.extent >= worthIt; });
    if (rows == axes.end()) return std::nullopt;
    return static_cast<std::size_t>(rows - axes.begin());
}

Status recordTranspose(VulkanCall& call, const VulkanOperand& source, std::int64_t offset, Axes axes,
                       std::size_t rowAxis) {
    constexpr std::int64_t tile = 32;
    const auto [rows, columns, matrices, strides] = matricesOf(std::move(axes), rowAxis);
    ATTN_TRY(const auto walk, axisWalk<2>(matrices, strides, {offset, 0}));
    ATTN_TRY(const VulkanOperand output, call.output());
    const std::int64_t tiles = ((rows.extent + tile - 1) / tile) * ((columns.extent + tile - 1) / tile);
    const auto size = static_cast<std::uint32_t>(call.workgroupSize() / tile * tile);
    return call.dispatch(
        "transpose", {size, walk.axes}, {reads(source), writes(output)},
        TransposePush{walk.push, static_cast<std::uint32_t>(rows.extent), static_cast<std::uint32_t>(columns.extent),
                      static_cast<std::uint32_t>(columns.strides[0]), static_cast<std::uint32_t>(rows.strides[1])},
        call.groups(matrices.elements() * tiles));
}

Status recordWalk(VulkanCall& call, const VulkanOperand& source, const VulkanOperand& target, const Shape& shape,
                  const std::array<Strides, 2>& strides, const std::array<std::int64_t, 2>& offsets) {
    const std::uint32_t size = call.workgroupSize();
    return forEachWalk<2>(shape, strides, offsets, AxisPush<2>::maxAxes,
                          [&](std::int64_t, std::span<const StridedAxis<2>> axes, const auto& from) {
                              const AxisWalk<2> walk = axisWalk<2>(axes, from);
                              return call.dispatch("copy", {size, walk.axes}, {reads(source), writes(target)},
                                                   walk.push, call.groupsFor(walk.push.count, size));
                          });
}

}  // namespace

Status recordPlacing(VulkanCall& call, const VulkanOperand& source, const VulkanOperand& target, const Strides& strides,
                     std::int64_t offset) {
    if (source.shape.elements() == 0) return {};
    return recordWalk(call, source, target, source.shape, {source.shape.strides(), strides}, {0, offset});
}

Status recordCopy(VulkanCall& call, const VulkanOperand& source, const Strides& strides, std::int64_t offset) {
    const Shape& shape = call.outputShape();
    const std::array<Strides, 2> both{strides, shape.strides()};
    const Axes axes = collapsedAxes<2>(shape, both);
    const bool inOrder = axes.empty() || (axes.size() == 1 && axes[0].strides[0] == 1);
    if (inOrder && offset == 0 && shape.elements() == source.shape.elements()) return call.outputSharesBytesOf(source);
    if (const auto rows = transposedRows(axes)) return recordTranspose(call, source, offset, axes, *rows);
    ATTN_TRY(const VulkanOperand output, call.output());
    return recordWalk(call, source, output, shape, both, {offset, 0});
}

}  // namespace attnscope
