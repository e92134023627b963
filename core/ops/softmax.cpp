#include "ops/softmax.h"

#include "ops/elementwise.h"
#include "ops/row_kernels.h"
#include "ops/shape_rule.h"
#include "ops/strided.h"
#include "ops/vector_math.h"

#include <algorithm>
#include <limits>

namespace attnscope {
namespace {

using Row = Eigen::Map<const Eigen::ArrayXf>;
using MutableRow = Eigen::Map<Eigen::ArrayXf>;
constexpr float lowest = -std::numeric_limits<float>::infinity();

/// The scores, −∞ where `mask` is 0 so that they add nothing; the mask may be null.
void copyMasked(const float* scores, const float* mask, std::int64_t count, float* out) {
    if (mask == nullptr) {
        std::copy_n(scores, count, out);
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) out[i] = mask[i] == 0.0F ? lowest : scores[i];
}

/// Weights of exactly 0 where `mask` is 0, also where the rest of the row is NaN or is nothing at all.
void clearMasked(const float* mask, std::int64_t count, float* out) {
    if (mask == nullptr) return;
    for (std::int64_t i = 0; i < count; ++i) out[i] = mask[i] == 0.0F ? 0.0F : out[i];
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

/// A mask that broadcasts to the scores, seen block by block; a block is the scores' axes from the normalised one on.
class BlockMask {
public:
    BlockMask(const float* mask, Strides strides, const Shape& block)
        : m_mask(mask), m_strides(std::move(strides)), m_stretches(m_strides != block.strides()) {
        if (m_mask != nullptr && m_stretches) m_block = Tensor(block);
    }

    /// The mask of the block whose first element it has at `offset`, as large as the block; null without a mask.
    const float* at(std::int64_t offset) {
        if (m_mask == nullptr || !m_stretches) return m_mask == nullptr ? nullptr : m_mask + offset;
        if (offset != m_offset) copyStrided(m_mask + offset, m_strides, m_block);
        m_offset = offset;
        return m_block.data().data();
    }

private:
    const float* m_mask;
    Strides m_strides;
    bool m_stretches;
    Tensor m_block;
    std::int64_t m_offset = -1;
};

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
    const Tensor* mask = inputs.size() == 2 ? inputs[1] : nullptr;
    const Shape block = scores.shape().from(m_axis);
    const std::int64_t count = block[0];
    const std::int64_t inner = block.from(1).elements();
    Strides outerStrides(scores.rank(), 0);
    if (mask != nullptr) outerStrides = broadcastStrides(mask->shape(), scores.shape());
    const auto split = outerStrides.begin() + static_cast<std::ptrdiff_t>(m_axis);
    BlockMask masks(mask == nullptr ? nullptr : mask->data().data(), Strides(split, outerStrides.end()), block);
    outerStrides.erase(split, outerStrides.end());
    const auto normalise = [&](std::int64_t position, const auto& offsets, std::int64_t blocks, const auto& steps) {
        for (std::int64_t i = 0; i < blocks && !cancel.cancelled(); ++i) {
            const std::int64_t start = (position + i) * block.elements();
            const float* from = scores.data().data() + start;
            const float* fromMask = masks.at(offsets[0] + i * steps[0]);
            float* to = output.data().data() + start;
            if (inner == 1) {
                softmaxRow(from, fromMask, count, to);
            } else {
                softmaxColumns(from, fromMask, count, inner, to);
            }
        }
    };
    forEachRun<1>(scores.shape().upTo(m_axis), {outerStrides}, normalise);
    return {};
}

}  // namespace attnscope
