#include "ops/strided.h"

#include <Eigen/Core>

#include <algorithm>

namespace attnscope {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Transposed = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;

/// Writes a matrix whose columns lie contiguous in `source` as rows, in blocks that fit the first-level cache.
void transpose(const float* source, std::int64_t sourceStride, float* target, std::int64_t targetStride,
               std::int64_t rows, std::int64_t columns) {
    constexpr std::int64_t block = 32;
    const Eigen::Map<const Transposed, 0, Eigen::OuterStride<>> from(source, rows, columns,
                                                                     Eigen::OuterStride<>(sourceStride));
    Eigen::Map<Matrix, 0, Eigen::OuterStride<>> to(target, rows, columns, Eigen::OuterStride<>(targetStride));
    for (std::int64_t row = 0; row < rows; row += block) {
        const std::int64_t height = std::min(block, rows - row);
        for (std::int64_t column = 0; column < columns; column += block) {
            const std::int64_t width = std::min(block, columns - column);
            to.block(row, column, height, width) = from.block(row, column, height, width);
        }
    }
}

/// Copies where the source is contiguous along the output axis `rowAxis` and strided along the last one.
void copyTransposed(const float* source, std::vector<StridedAxis<2>> axes, std::size_t rowAxis, float* target) {
    const MatrixWalk walk = matricesOf(std::move(axes), rowAxis);
    forEachRun<2>(walk.matrices, walk.strides,
                  [&](std::int64_t, const auto& offsets, std::int64_t count, const auto& steps) {
                      for (std::int64_t i = 0; i < count; ++i)
                          transpose(source + offsets[0] + i * steps[0], walk.columns.strides[0],
                                    target + offsets[1] + i * steps[1], walk.rows.strides[1], walk.rows.extent,
                                    walk.columns.extent);
                  });
}

}  // namespace

MatrixWalk matricesOf(std::vector<StridedAxis<2>> axes, std::size_t rowAxis) {
    MatrixWalk walk{axes[rowAxis], axes.back(), {}, {}};
    axes.pop_back();
    axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(rowAxis));
    std::vector<std::int64_t> extents;
    for (const StridedAxis<2>& axis : axes) {
        extents.push_back(axis.extent);
        for (std::size_t n = 0; n < 2; ++n) walk.strides[n].push_back(axis.strides[n]);
    }
    walk.matrices = Shape(std::move(extents));
    return walk;
}

Strides broadcastStrides(const Shape& from, const Shape& to) {
    const Strides own = from.strides();
    const std::size_t missing = to.rank() - from.rank();
    Strides result(to.rank(), 0);
    for (std::size_t axis = 0; axis < from.rank(); ++axis)
        if (from[axis] != 1) result[missing + axis] = own[axis];
    return result;
}

void copyStrided(const float* source, const Strides& strides, Tensor& output) {
    float* target = output.data().data();
    const std::array<Strides, 2> both{strides, output.shape().strides()};
    const auto axes = collapsedAxes<2>(output.shape(), both);
    if (output.size() > 0 && axes.size() > 1 && axes.back().strides[0] > 1) {
        const auto rows = std::ranges::find_if(axes, [](const auto& axis) { return axis.strides[0] == 1; });
        if (rows != axes.end())
            return copyTransposed(source, axes, static_cast<std::size_t>(rows - axes.begin()), target);
    }
    forEachRun<1>(output.shape(), {strides},
                  [&](std::int64_t position, const auto& offsets, std::int64_t count, const auto& steps) {
                      const float* from = source + offsets[0];
                      if (steps[0] == 1) {
                          std::copy_n(from, count, target + position);
                      } else if (steps[0] == 0) {
                          std::fill_n(target + position, count, *from);
                      } else {
                          for (std::int64_t i = 0; i < count; ++i) target[position + i] = from[i * steps[0]];
                      }
                  });
}

}  // namespace attnscope
