#include "ops/reduce.h"

#include "ops/row_kernels.h"
#include "ops/shape_rule.h"
#include "ops/strided.h"

#include <Eigen/Core>

#include <algorithm>

namespace attnscope {
namespace {

using Row = Eigen::Map<const Eigen::ArrayXf>;

/// The input as [outer, reduced, inner].
struct Slab {
    std::int64_t outer = 1;
    std::int64_t reduced = 1;
    std::int64_t inner = 1;
};

bool contains(const std::vector<std::size_t>& axes, std::size_t axis) {
    return std::ranges::find(axes, axis) != axes.end();
}

/// The slab, if the reduced axes are neighbours (axes of extent 1 do not matter).
bool asSlab(const Shape& shape, const std::vector<std::size_t>& axes, Slab& slab) {
    bool seen = false;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
        if (shape[axis] == 1) continue;
        if (contains(axes, axis)) {
            if (slab.inner != 1) return false;
            seen = true;
            slab.reduced *= shape[axis];
        } else {
            (seen ? slab.inner : slab.outer) *= shape[axis];
        }
    }
    return true;
}

/// The input with its reduced axes last.
Tensor reducedLast(const Tensor& input, const std::vector<std::size_t>& axes, Slab& slab) {
    const Strides own = input.shape().strides();
    std::vector<std::int64_t> extents;
    Strides strides;
    slab = {};
    for (const bool reduced : {false, true}) {
        for (std::size_t axis = 0; axis < input.rank(); ++axis) {
            if (contains(axes, axis) != reduced) continue;
            extents.push_back(input.dim(axis));
            strides.push_back(own[axis]);
            (reduced ? slab.reduced : slab.outer) *= input.dim(axis);
        }
    }
    Tensor result{Shape(std::move(extents))};
    copyStrided(input.data().data(), strides, result);
    return result;
}

float reduceRow(ReduceKind kind, const float* row, std::int64_t count) {
    switch (kind) {
        case ReduceKind::Sum:
            return static_cast<float>(rowSum(row, count));
        case ReduceKind::Mean:
            return static_cast<float>(rowSum(row, count) / static_cast<double>(count));
        case ReduceKind::Max:
            return Row(row, count).maxCoeff<Eigen::PropagateNaN>();
        case ReduceKind::Min:
            return Row(row, count).minCoeff<Eigen::PropagateNaN>();
        case ReduceKind::Product:
            break;
    }
    double product = 1.0;
    for (std::int64_t i = 0; i < count; ++i) product *= static_cast<double>(row[i]);
    return static_cast<float>(product);
}

/// Reduces the rows of a [count, inner] block into one row, `inner` results side by side.
void reduceColumns(ReduceKind kind, const float* block, std::int64_t count, std::int64_t inner, float* out) {
    if (kind == ReduceKind::Max || kind == ReduceKind::Min) {
        std::copy_n(block, inner, out);
        for (std::int64_t i = 1; i < count; ++i) {
            if (kind == ReduceKind::Max) {
                combineRow(block + i * inner, inner, out, maximum);
            } else {
                combineRow(block + i * inner, inner, out, minimum);
            }
        }
        return;
    }
    Eigen::ArrayXd total = Eigen::ArrayXd::Constant(inner, kind == ReduceKind::Product ? 1.0 : 0.0);
    for (std::int64_t i = 0; i < count; ++i) {
        const Row row(block + i * inner, inner);
        if (kind == ReduceKind::Product) {
            total *= row.cast<double>();
        } else {
            total += row.cast<double>();
        }
    }
    if (kind == ReduceKind::Mean) total /= static_cast<double>(count);
    Eigen::Map<Eigen::ArrayXf>(out, inner) = total.cast<float>();
}

}  // namespace

std::string_view Reduce::name() const {
    switch (m_kind) {
        case ReduceKind::Sum:
            return "reduce_sum";
        case ReduceKind::Mean:
            return "reduce_mean";
        case ReduceKind::Max:
            return "reduce_max";
        case ReduceKind::Min:
            return "reduce_min";
        case ReduceKind::Product:
            return "reduce_product";
    }
    return "reduce";
}

Result<Shape> Reduce::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    ATTN_CHECK(expectAxes(name(), inputs, m_axes));
    const Shape& input = inputs[0];
    std::vector<std::int64_t> extents;
    std::int64_t reduced = 1;
    for (std::size_t axis = 0; axis < input.rank(); ++axis) {
        const auto times = std::ranges::count(m_axes, axis);
        if (times > 1)
            return refuseShapes(name(), inputs, "axis " + std::to_string(axis) + " is named twice, expected once");
        if (times == 1) reduced *= input[axis];
        if (times == 0 || m_keepAxes) extents.push_back(times == 0 ? input[axis] : 1);
    }
    if (reduced == 0 && m_kind != ReduceKind::Sum && m_kind != ReduceKind::Product)
        return refuseShapes(name(), inputs, "0 elements to reduce, expected at least 1");
    return Shape(std::move(extents));
}

Status Reduce::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    const Tensor& input = *inputs[0];
    const float* data = input.data().data();
    Slab slab;
    Tensor moved;
    if (!asSlab(input.shape(), m_axes, slab)) {
        moved = reducedLast(input, m_axes, slab);
        data = moved.data().data();
    }
    float* out = output.data().data();
    for (std::int64_t outer = 0; outer < slab.outer; ++outer) {
        const float* block = data + outer * slab.reduced * slab.inner;
        if (slab.inner == 1) {
            out[outer] = reduceRow(m_kind, block, slab.reduced);
        } else {
            reduceColumns(m_kind, block, slab.reduced, slab.inner, out + outer * slab.inner);
        }
    }
    return {};
}

}  // namespace attnscope
