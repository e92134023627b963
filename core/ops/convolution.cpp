#include "ops/convolution.h"

#include "ops/shape_rule.h"

#include <Eigen/Core>

namespace attnscope {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstRows = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
using Rows = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;

}  // namespace

std::string_view Convolution1D::name() const {
    return "convolution1d";
}

Result<Shape> Convolution1D::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 2));
    const auto refuse = [&](const std::string& message) { return refuseShapes(name(), inputs, message, " * "); };
    const Shape& x = inputs[0];
    const Shape& kernel = inputs[1];
    if (x.rank() != 3 || kernel.rank() != 3) return refuse("expected (batch, time, in) and (width, in / groups, out)");
    if (m_stride < 1 || m_dilation < 1 || m_groups < 1)
        return refuse("stride " + std::to_string(m_stride) + ", dilation " + std::to_string(m_dilation) + ", groups " +
                      std::to_string(m_groups) + ", expected at least 1 each");
    if (kernel[1] * m_groups != x[2])
        return refuse("a kernel for " + std::to_string(kernel[1]) + " features in each of " + std::to_string(m_groups) +
                      " groups, but the input has " + std::to_string(x[2]));
    if (kernel[2] % m_groups != 0)
        return refuse(std::to_string(kernel[2]) + " features out cannot be divided into " + std::to_string(m_groups) +
                      " groups");
    const std::int64_t reach = (kernel[0] - 1) * m_dilation + 1;
    if (kernel[0] < 1 || x[1] < reach)
        return refuse("a window of " + std::to_string(reach) + " timesteps, but the input has " + std::to_string(x[1]));
    return Shape{x[0], (x[1] - reach) / m_stride + 1, kernel[2]};
}

Status Convolution1D::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken& cancel) const {
    const Tensor& x = *inputs[0];
    const Tensor& kernel = *inputs[1];
    const std::int64_t in = x.dim(2);
    const std::int64_t out = kernel.dim(2);
    const std::int64_t steps = output.dim(1);
    const std::int64_t groupIn = kernel.dim(1);
    const std::int64_t groupOut = out / m_groups;
    // Without dilation and groups a window is contiguous in memory, so that all its taps are one product over
    // overlapping rows; else there is one product for each tap and group.
    const bool whole = m_dilation == 1 && m_groups == 1;
    const std::int64_t taps = whole ? 1 : kernel.dim(0);
    const std::int64_t depth = whole ? kernel.dim(0) * in : groupIn;
    for (std::int64_t batch = 0; batch < x.dim(0) && !cancel.cancelled(); ++batch) {
        for (std::int64_t group = 0; group < m_groups; ++group) {
            Rows result(output.data().data() + batch * steps * out + group * groupOut, steps, groupOut,
                        Eigen::OuterStride<>(out));
            for (std::int64_t tap = 0; tap < taps; ++tap) {
                const float* first = x.data().data() + (batch * x.dim(1) + tap * m_dilation) * in + group * groupIn;
                const ConstRows windows(first, steps, depth, Eigen::OuterStride<>(m_stride * in));
                const ConstRows weights(kernel.data().data() + tap * groupIn * out + group * groupOut, depth, groupOut,
                                        Eigen::OuterStride<>(out));
                result.noalias() += windows * weights;
            }
        }
    }
    return {};
}

}  // namespace attnscope
