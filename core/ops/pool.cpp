#include "ops/convolution.h"
#include "ops/row_kernels.h"
#include "ops/shape_rule.h"

#include <algorithm>
#include <functional>

namespace attnscope {
namespace {

/// One window of timesteps [first, last) of one sequence x [time, features]; NaN comes through.
void poolWindow(PoolKind kind, const float* x, std::int64_t first, std::int64_t last, std::int64_t features,
                float* out) {
    std::copy_n(x + first * features, features, out);
    for (std::int64_t time = first + 1; time < last; ++time) {
        if (kind == PoolKind::Max) {
            combineRow(x + time * features, features, out, maximum);
        } else {
            combineRow(x + time * features, features, out, std::plus<>());
        }
    }
    const auto steps = static_cast<float>(last - first);
    if (kind == PoolKind::Average) std::for_each_n(out, features, [steps](float& sum) { sum /= steps; });
}

}  // namespace

std::string_view Pool1D::name() const {
    return m_kind == PoolKind::Max ? "max_pool1d" : "average_pool1d";
}

Result<Shape> Pool1D::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    const Shape& x = inputs[0];
    if (x.rank() != 3) return refuseShapes(name(), inputs, "expected (batch, time, features)");
    if (m_width < 1 || m_stride < 1)
        return refuseShapes(
            name(), inputs,
            "width " + std::to_string(m_width) + ", stride " + std::to_string(m_stride) + ", expected at least 1 each");
    if (m_samePadding) return Shape{x[0], (x[1] + m_stride - 1) / m_stride, x[2]};
    if (x[1] < m_width)
        return refuseShapes(
            name(), inputs,
            "a window of " + std::to_string(m_width) + " timesteps, but the input has " + std::to_string(x[1]));
    return Shape{x[0], (x[1] - m_width) / m_stride + 1, x[2]};
}

Status Pool1D::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    const Tensor& x = *inputs[0];
    const std::int64_t time = x.dim(1);
    const std::int64_t features = x.dim(2);
    const std::int64_t steps = output.dim(1);
    // TensorFlow's SAME: the odd timestep of padding goes to the end.
    const std::int64_t padding = m_samePadding ? std::max<std::int64_t>((steps - 1) * m_stride + m_width - time, 0) : 0;
    const std::int64_t before = padding / 2;
    for (std::int64_t batch = 0; batch < x.dim(0); ++batch) {
        for (std::int64_t step = 0; step < steps; ++step) {
            const std::int64_t start = step * m_stride - before;
            poolWindow(m_kind, x.data().data() + batch * time * features, std::max<std::int64_t>(start, 0),
                       std::min(start + m_width, time), features,
                       output.data().data() + (batch * steps + step) * features);
        }
    }
    return {};
}

}  // namespace attnscope
