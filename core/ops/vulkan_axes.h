#pragma once

#include "base/result.h"
#include "ops/strided.h"

#include <array>
#include <cstdint>
#include <span>

namespace attnscope {

/// Push constants of a kernel that walks over N operands; mirrors shaders/common/axes.glsl.
template <std::size_t N>
struct AxisPush {
    static constexpr std::size_t maxAxes = 6;
    std::uint32_t count = 0;
    std::array<std::uint32_t, maxAxes> extents{};
    std::array<std::int32_t, maxAxes * N> strides{};
    std::array<std::int32_t, N> offsets{};
};

/// A walk as a kernel takes it: its push constants, and the number of axes as specialisation constant 1.
template <std::size_t N>
struct AxisWalk {
    AxisPush<N> push;
    std::uint32_t axes = 1;
};

/// A walk along axes that are as many as a kernel takes, each operand from its offset on.
template <std::size_t N>
[[nodiscard]] AxisWalk<N> axisWalk(std::span<const StridedAxis<N>> axes, const std::array<std::int64_t, N>& offsets) {
    AxisWalk<N> walk;
    walk.axes = axes.empty() ? 1U : static_cast<std::uint32_t>(axes.size());
    walk.push.count = 1;
    walk.push.extents[0] = 1;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        walk.push.extents[axis] = static_cast<std::uint32_t>(axes[axis].extent);
        walk.push.count *= walk.push.extents[axis];
        for (std::size_t n = 0; n < N; ++n)
            walk.push.strides[n * AxisPush<N>::maxAxes + axis] = static_cast<std::int32_t>(axes[axis].strides[n]);
    }
    for (std::size_t n = 0; n < N; ++n) walk.push.offsets[n] = static_cast<std::int32_t>(offsets[n]);
    return walk;
}

/// The walk over `shape` in row-major order with each operand read by its strides, from `offsets` on.
/// Errors of code Limit: more axes than a kernel takes, after neighbours have become one.
template <std::size_t N>
[[nodiscard]] Result<AxisWalk<N>> axisWalk(const Shape& shape, const std::array<Strides, N>& operands,
                                           const std::array<std::int64_t, N>& offsets = {}) {
    const auto axes = collapsedAxes<N>(shape, operands);
    if (axes.size() > AxisPush<N>::maxAxes)
        return fail(ErrorCode::Limit,
                    shape.text() + ": more axes than a kernel walks over, " + std::to_string(AxisPush<N>::maxAxes));
    return axisWalk<N>(std::span<const StridedAxis<N>>(axes), offsets);
}

/// Walks over `shape` in row-major order with a kernel that takes at most `most` axes: calls
/// `record(first, axes, offsets)` once; where more axes are left after neighbours have become one, once for every place
/// along the outermost ones, `first` being the place in row-major order where its elements begin.
/// Errors: those of `record`; code Limit where it would be called too often.
template <std::size_t N, typename Record>
[[nodiscard]] Status forEachWalk(const Shape& shape, const std::array<Strides, N>& operands,
                                 const std::array<std::int64_t, N>& offsets, std::size_t most, Record&& record) {
    constexpr std::int64_t mostCalls = 4096;
    const auto axes = collapsedAxes<N>(shape, operands);
    const std::size_t outer = axes.size() > most ? axes.size() - most : 0;
    const std::span<const StridedAxis<N>> inner = std::span(axes).subspan(outer);
    std::int64_t calls = 1;
    for (std::size_t axis = 0; axis < outer; ++axis) calls *= axes[axis].extent;
    if (calls > mostCalls)
        return fail(ErrorCode::Limit, shape.text() + ": more axes than kernels walk over, " + std::to_string(most));
    for (std::int64_t call = 0; call < calls; ++call) {
        std::array<std::int64_t, N> from = offsets;
        std::int64_t rest = call;
        for (std::size_t axis = outer; axis-- > 0; rest /= axes[axis].extent)
            for (std::size_t n = 0; n < N; ++n) from[n] += rest % axes[axis].extent * axes[axis].strides[n];
        ATTN_CHECK(record(call * (shape.elements() / calls), inner, from));
    }
    return {};
}

}  // namespace attnscope
