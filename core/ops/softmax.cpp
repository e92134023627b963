#include "ops/softmax.h"

#include "ops/elementwise.h"
#include "ops/row_kernels.h"
#include "ops/shape_rule.h"
#include "ops/strided.h"
#include "ops/vector_math.h"

#include <limits>

namespace attnscope {
namespace {

using Row = Eigen::Map<const Eigen::ArrayXf>;
using MutableRow = Eigen::Map<Eigen::ArrayXf>;
constexpr float lowest = -std::numeric_limits<float>::infinity();

/// The scores, −∞ where `mask` is 0 so that they add nothing; the mask may be null.
void copyMasked(const float* scores, const float* mask, std::int64_t count, float* out) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = mask != nullptr && mask[i] == 0.0F ? lowest : scores[i];
}

/// Weights of exactly 0 where `mask` is 0, also where the rest of the row is NaN or is nothing at all.
void clearMasked(const float* mask, std::int64_t count, float* out) {
    for (std::int64_t i = 0; mask != nullptr && i < count; ++i)
        if (mask[i] == 0.0F) out[i] = 0.0F;
}

/// Softmax over a contiguous row.
void softmaxRow(const float* scores, const float* mask, std::int64_t count, float* out) {
    MutableRow row(out, count);
    copyMasked(scores, mask, count, out);
    row = vectorExp(row - row.maxCoeff<Eigen::PropagateNaN>());
    row /= static_cast<float>(rowSum(out, count));
    clearMasked(mask, count, out);
}

/// Softmax over the first axis of a [count, inner] block, all columns at once.
void softmaxColumns(const float* scores, const float* mask, std::int64_t count, std::int64_t inner, float* out) {
    copyMasked(scores, mask, count * inner, out);
    Eigen::ArrayXf largest = Row(out, inner);
    for (std::int64_t i = 1; i < count; ++i) combineRow(out + i * inner, inner, largest.data(), maximum);
    Eigen::ArrayXd total = Eigen::ArrayXd::Zero(inner);
    for (std::int64_t i = 0; i < count; ++i) {
        MutableRow row(out + i * inner, inner);
        row = vectorExp(row - largest);
        total += row.cast<double>();
    }
    const Eigen::ArrayXf divisor = total.cast<float>();
    for (std::int64_t i = 0; i < count; ++i) MutableRow(out + i * inner, inner) /= divisor;
    clearMasked(mask, count * inner, out);
}

}  // namespace

std::string_view Softmax::name() const {
    return "softmax";
}

Result<Shape> Softmax::inferShape(std::span<const Shape> inputs) const {
    if (inputs.empty() || inputs.size() > 2)
        return refuseShapes(name(), inputs,
                            std::to_string(inputs.size()) + " inputs, expected scores and perhaps a mask");
    ATTN_CHECK(expectAxes(name(), inputs, std::array{m_axis}));
    if (inputs.size() == 2) {
        const Result<Shape> both = broadcastShape(inputs[0], inputs[1]);
        if (!both || *both != inputs[0])
            return refuseShapes(name(), inputs,
                                "mask " + inputs[1].text() + " does not broadcast to the scores " + inputs[0].text());
    }
    return inputs[0];
}

Status Softmax::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken& cancel) const {
    if (output.size() == 0) return {};
    const Tensor& scores = *inputs[0];
    const float* mask = nullptr;
    Tensor stretched;
    if (inputs.size() == 2) {
        mask = inputs[1]->data().data();
        if (inputs[1]->shape() != scores.shape()) {
            stretched = Tensor(scores.shape());
            copyStrided(mask, broadcastStrides(inputs[1]->shape(), scores.shape()), stretched);
            mask = stretched.data().data();
        }
    }
    const std::int64_t count = scores.dim(m_axis);
    const std::int64_t inner = scores.shape().from(m_axis + 1).elements();
    const auto block = static_cast<std::size_t>(count * inner);
    for (std::size_t start = 0; start < output.size() && !cancel.cancelled(); start += block) {
        const float* from = scores.data().data() + start;
        const float* fromMask = mask == nullptr ? nullptr : mask + start;
        float* to = output.data().data() + start;
        if (inner == 1) {
            softmaxRow(from, fromMask, count, to);
        } else {
            softmaxColumns(from, fromMask, count, inner, to);
        }
    }
    return {};
}

VulkanTwin Softmax::vulkanTwin() const {
    return {"softmax"};
}

}  // namespace attnscope
