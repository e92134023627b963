#include "ops/normalization.h"

#include "ops/row_kernels.h"
#include "ops/shape_rule.h"

#include <cmath>

namespace attnscope {

std::string_view Standardize::name() const {
    return "standardize";
}

Result<Shape> Standardize::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    if (m_axes < 1 || m_axes > inputs[0].rank())
        return refuseShapes(
            name(), inputs,
            "the last " + std::to_string(m_axes) + " axes, expected 1 to " + std::to_string(inputs[0].rank()));
    return inputs[0];
}

Status Standardize::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    const Tensor& x = *inputs[0];
    const std::int64_t count = x.shape().from(x.rank() - m_axes).elements();
    for (std::size_t start = 0; start < x.size(); start += static_cast<std::size_t>(count)) {
        const float* row = x.data().data() + start;
        float* out = output.data().data() + start;
        const double mean = rowSum(row, count) / static_cast<double>(count);
        const double variance = rowSum(row, count, [mean](double value) { return (value - mean) * (value - mean); }) /
                                static_cast<double>(count);
        const double scale = 1.0 / std::sqrt(variance + static_cast<double>(m_epsilon));
        for (std::int64_t i = 0; i < count; ++i)
            out[i] = static_cast<float>((static_cast<double>(row[i]) - mean) * scale);
    }
    return {};
}

}  // namespace attnscope
