#pragma once

#include "base/result.h"
#include "ops/strided.h"

#include <array>
#include <cstdint>

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

/// The walk over `shape` in row-major order with each operand read by its strides, from `offsets` on.
/// Errors of code Limit: more axes than a kernel takes, after neighbours have become one.
template <std::size_t N>
[[nodiscard]] Result<AxisWalk<N>> axisWalk(const Shape& shape, const std::array<Strides, N>& operands,
                                           const std::array<std::int64_t, N>& offsets = {}) {
    const auto axes = collapsedAxes<N>(shape, operands);
    if (axes.size() > AxisPush<N>::maxAxes)
        return fail(ErrorCode::Limit,
                    shape.text() + ": more axes than a kernel walks over, " + std::to_string(AxisPush<N>::maxAxes));
    AxisWalk<N> walk;
    walk.push.count = static_cast<std::uint32_t>(shape.elements());
    walk.axes = axes.empty() ? 1U : static_cast<std::uint32_t>(axes.size());
    walk.push.extents[0] = 1;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        walk.push.extents[axis] = static_cast<std::uint32_t>(axes[axis].extent);
        for (std::size_t n = 0; n < N; ++n)
            walk.push.strides[n * AxisPush<N>::maxAxes + axis] = static_cast<std::int32_t>(axes[axis].strides[n]);
    }
    for (std::size_t n = 0; n < N; ++n) walk.push.offsets[n] = static_cast<std::int32_t>(offsets[n]);
    return walk;
}

}  // namespace attnscope
