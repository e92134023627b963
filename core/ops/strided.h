#pragma once

#include "tensor/tensor.h"

#include <array>
#include <cstdint>
#include <vector>

namespace attnscope {

/// Distance between neighbours along each axis, in elements; 0 where one element serves the whole axis.
using Strides = std::vector<std::int64_t>;

/// The strides by which a row-major tensor of shape `from` is read as the shape `to` that it broadcasts to.
[[nodiscard]] Strides broadcastStrides(const Shape& from, const Shape& to);

/// Fills `output` from `source`, which is read by `strides` (one per axis of the output; they may be negative).
void copyStrided(const float* source, const Strides& strides, Tensor& output);

/// One axis of a walk over N operands.
template <std::size_t N>
struct StridedAxis {
    std::int64_t extent;
    std::array<std::int64_t, N> strides;
};

/// The fewest axes that visit `shape` in row-major order: those of extent 1 are dropped, neighbours that every operand
/// steps through evenly become one. (batch, time, feature) × (feature) becomes (batch·time, feature).
template <std::size_t N>
std::vector<StridedAxis<N>> collapsedAxes(const Shape& shape, const std::array<Strides, N>& operands) {
    std::vector<StridedAxis<N>> axes;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
        StridedAxis<N> next{shape[axis], {}};
        if (next.extent == 1) continue;
        bool continues = !axes.empty();
        for (std::size_t n = 0; n < N; ++n) {
            next.strides[n] = operands[n][axis];
            continues = continues && axes.back().strides[n] == next.strides[n] * next.extent;
        }
        if (continues) {
            next.extent *= axes.back().extent;
            axes.back() = next;
        } else {
            axes.push_back(next);
        }
    }
    return axes;
}

/// A walk without one axis along which matrices lie and the last one: from matrix to matrix.
struct MatrixWalk {
    StridedAxis<2> rows;
    StridedAxis<2> columns;
    Shape matrices;
    std::array<Strides, 2> strides;  ///< of the matrices, by operand
};

/// Takes `rowAxis` and the last axis out of a walk.
[[nodiscard]] MatrixWalk matricesOf(std::vector<StridedAxis<2>> axes, std::size_t rowAxis);

/// Visits `shape` in row-major order as few, long runs: calls
/// `run(position, offsets, count, steps)` with the run's place in row-major order, where it starts in each operand, its
/// length, and each operand's step from one element to the next. Steps of broadcasting operands are 0 or 1.
template <std::size_t N, typename Run>
void forEachRun(const Shape& shape, const std::array<Strides, N>& operands, Run&& run) {
    const std::int64_t total = shape.elements();
    if (total == 0) return;
    std::vector<StridedAxis<N>> axes = collapsedAxes<N>(shape, operands);
    StridedAxis<N> inner{1, {}};
    inner.strides.fill(1);
    if (!axes.empty()) {
        inner = axes.back();
        axes.pop_back();
    }
    std::vector<std::int64_t> index(axes.size(), 0);
    std::array<std::int64_t, N> offsets{};
    for (std::int64_t position = 0; position < total; position += inner.extent) {
        run(position, offsets, inner.extent, inner.strides);
        for (std::size_t axis = axes.size(); axis-- > 0;) {
            const bool wraps = ++index[axis] == axes[axis].extent;
            if (wraps) index[axis] = 0;
            for (std::size_t n = 0; n < N; ++n)
                offsets[n] += axes[axis].strides[n] * (wraps ? 1 - axes[axis].extent : 1);
            if (!wraps) break;
        }
    }
}

}  // namespace attnscope
