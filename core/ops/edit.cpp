#include "ops/edit.h"

#include <algorithm>

namespace attnscope {

Result<Shape> SetElements::inferShape(std::span<const Shape> inputs) const {
    if (inputs.size() != 1)
        return fail(ErrorCode::Shape, "set elements: " + std::to_string(inputs.size()) + " inputs found, 1 expected");
    const Shape& shape = inputs[0];
    const std::int64_t entry = m_batched ? shape.from(1).elements() : shape.elements();
    for (const Block& block : m_blocks) {
        if (block.first < 0 || block.count < 0 || block.first + block.count > entry)
            return fail(ErrorCode::Shape, "set elements: elements up to " + std::to_string(block.first + block.count) +
                                              " set, " + std::to_string(entry) + " there");
    }
    return shape;
}

Status SetElements::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    std::ranges::copy(inputs[0]->data(), output.data().begin());
    const std::int64_t batches = m_batched ? output.dim(0) : 1;
    const std::int64_t entry = batches == 0 ? 0 : static_cast<std::int64_t>(output.size()) / batches;
    for (std::int64_t batch = 0; batch < batches; ++batch) {
        for (const Block& block : m_blocks)
            std::fill_n(output.data().begin() + batch * entry + block.first, block.count, block.number);
    }
    return {};
}

Result<Shape> UniformWeights::inferShape(std::span<const Shape> inputs) const {
    if (inputs.empty() || inputs.size() > 2)
        return fail(ErrorCode::Shape,
                    "uniform weights: " + std::to_string(inputs.size()) + " inputs found, 1 or 2 expected");
    const Shape& weights = inputs[0];
    if (m_axis >= weights.rank())
        return fail(ErrorCode::Shape, "uniform weights: no axis " + std::to_string(m_axis) + " in " + weights.text());
    if (inputs.size() == 2 && inputs[1] != Shape{weights[0], weights[m_axis]})
        return fail(ErrorCode::Shape, "uniform weights: mask " + inputs[1].text() + " found, " +
                                          Shape{weights[0], weights[m_axis]}.text() + " expected");
    return weights;
}

Status UniformWeights::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    const Shape& shape = output.shape();
    const std::int64_t extent = shape[m_axis];
    const std::int64_t inner = shape.from(m_axis + 1).elements();
    const std::int64_t outer = shape.upTo(m_axis).elements();
    const std::int64_t outerPerBatch = m_axis == 0 ? 1 : outer / std::max<std::int64_t>(shape[0], 1);
    const auto counts = [&](std::int64_t row, std::int64_t step) {
        return inputs.size() < 2 || (*inputs[1])[static_cast<std::size_t>(row / outerPerBatch * extent + step)] != 0.0F;
    };
    for (std::int64_t row = 0; row < outer; ++row) {
        std::int64_t open = 0;
        for (std::int64_t step = 0; step < extent; ++step) open += counts(row, step) ? 1 : 0;
        for (std::int64_t step = 0; step < extent; ++step) {
            const float weight = counts(row, step) ? 1.0F / static_cast<float>(open) : 0.0F;
            std::fill_n(output.data().begin() + (row * extent + step) * inner, inner, weight);
        }
    }
    return {};
}

}  // namespace attnscope
