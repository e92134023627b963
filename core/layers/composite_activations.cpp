#include "layers/composite_activations.h"

#include "layers/support.h"
#include "ops/layout.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

Result<ValueId> clipped(Lowering& lowering, ValueId x, float low, float high) {
    ATTN_TRY(const ValueId above, binary(lowering, BinaryKind::Maximum, x, low, "lowest"));
    return binary(lowering, BinaryKind::Minimum, above, high, "highest");
}

/// Over the features.
Result<ValueId> logSoftmaxOfFeatures(Lowering& lowering, ValueId x) {
    ATTN_TRY(const std::size_t axis, axisOf(-1, lowering.graph().shape(x).rank()));
    return logSoftmax(lowering, x, axis);
}

/// x · relu6(x + 3) / 6
Result<ValueId> hardSilu(Lowering& lowering, ValueId x) {
    ATTN_TRY(const ValueId gate, unary(lowering, UnaryKind::HardSigmoid3, x));
    return binary(lowering, BinaryKind::Multiply, x, gate, "hard_silu");
}

Result<ValueId> hardTanh(Lowering& lowering, ValueId x) {
    return clipped(lowering, x, -1.0F, 1.0F);
}

/// x − tanh(x)
Result<ValueId> tanhShrink(Lowering& lowering, ValueId x) {
    ATTN_TRY(const ValueId tanh, unary(lowering, UnaryKind::Tanh, x));
    return binary(lowering, BinaryKind::Subtract, x, tanh, "tanh_shrink");
}

/// x where |x| > 0.5, else 0
Result<ValueId> hardShrink(Lowering& lowering, ValueId x) {
    ATTN_TRY(const ValueId absolute, unary(lowering, UnaryKind::Abs, x));
    ATTN_TRY(const ValueId above, binary(lowering, BinaryKind::Greater, absolute, 0.5F, "threshold"));
    return binary(lowering, BinaryKind::Multiply, x, above, "hard_shrink");
}

/// x moved towards 0 by 0.5: x − clip(x, −0.5, 0.5)
Result<ValueId> softShrink(Lowering& lowering, ValueId x) {
    ATTN_TRY(const ValueId near, clipped(lowering, x, -0.5F, 0.5F));
    return binary(lowering, BinaryKind::Subtract, x, near, "soft_shrink");
}

/// (x + √(x² + 4)) / 2
Result<ValueId> squarePlus(Lowering& lowering, ValueId x) {
    ATTN_TRY(ValueId y, unary(lowering, UnaryKind::Square, x));
    ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, 4.0F, "b"));
    ATTN_TRY(y, unary(lowering, UnaryKind::Sqrt, y));
    ATTN_TRY(y, binary(lowering, BinaryKind::Add, x, y));
    return binary(lowering, BinaryKind::Multiply, y, 0.5F, "half", "squareplus");
}

/// 0 up to −1, (x + 1)² / 4 up to 1, then x
Result<ValueId> sparsePlus(Lowering& lowering, ValueId x) {
    ATTN_TRY(ValueId middle, clipped(lowering, x, -1.0F, 1.0F));
    ATTN_TRY(const ValueId rest, binary(lowering, BinaryKind::Subtract, x, middle));
    ATTN_TRY(const ValueId above, unary(lowering, UnaryKind::Relu, rest));
    ATTN_TRY(middle, binary(lowering, BinaryKind::Add, middle, 1.0F, "one"));
    ATTN_TRY(middle, unary(lowering, UnaryKind::Square, middle));
    ATTN_TRY(middle, binary(lowering, BinaryKind::Multiply, middle, 0.25F, "quarter"));
    return binary(lowering, BinaryKind::Add, middle, above, "sparse_plus");
}

/// clip((x + 1) / 2, 0, 1)
Result<ValueId> sparseSigmoid(Lowering& lowering, ValueId x) {
    ATTN_TRY(ValueId y, clipped(lowering, x, -1.0F, 1.0F));
    ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, 1.0F, "one"));
    return binary(lowering, BinaryKind::Multiply, y, 0.5F, "half", "sparse_sigmoid");
}

/// The first half of the features times the sigmoid of the second.
Result<ValueId> gatedLinear(Lowering& lowering, ValueId x) {
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const std::size_t axis, axisOf(-1, shape.rank()));
    if (shape[axis] % 2 != 0)
        return fail(ErrorCode::Shape,
                    "activation glu: an even number of features expected, " + std::to_string(shape[axis]) + " found");
    const std::int64_t half = shape[axis] / 2;
    ATTN_TRY(const ValueId linear, lowering.graph().add(std::make_shared<Slice>(axis, 0, half), {x}));
    ATTN_TRY(ValueId gate, lowering.graph().add(std::make_shared<Slice>(axis, half, half), {x}));
    ATTN_TRY(gate, unary(lowering, UnaryKind::Sigmoid, gate));
    return binary(lowering, BinaryKind::Multiply, linear, gate, "glu");
}

/// x against every other number of the last axis: how many of those are (not) below it, and the sum of the latter.
struct Ranked {
    ValueId above;    ///< how many are larger
    ValueId reached;  ///< how many are not smaller, itself included
    ValueId sum;      ///< the sum of those that are not smaller
};

Result<Ranked> ranked(Lowering& lowering, ValueId x, std::size_t axis) {
    const Shape shape = lowering.graph().shape(x);
    std::vector<std::int64_t> column = shape.extents();
    std::vector<std::int64_t> row = column;
    column.push_back(1);
    row.insert(row.end() - 1, 1);
    ATTN_TRY(const ValueId each, reshape(lowering, x, Shape(std::move(column))));
    ATTN_TRY(const ValueId others, reshape(lowering, x, Shape(std::move(row))));
    ATTN_TRY(const ValueId larger, binary(lowering, BinaryKind::Greater, others, each));
    ATTN_TRY(const ValueId notSmaller, binary(lowering, BinaryKind::GreaterEqual, others, each));
    ATTN_TRY(const ValueId added, binary(lowering, BinaryKind::Multiply, notSmaller, others));
    Ranked result{};
    ATTN_TRY(result.above, reduce(lowering, ReduceKind::Sum, larger, {axis + 1}));
    ATTN_TRY(result.reached, reduce(lowering, ReduceKind::Sum, notSmaller, {axis + 1}));
    ATTN_TRY(result.sum, reduce(lowering, ReduceKind::Sum, added, {axis + 1}));
    return result;
}

/// max(x − τ, 0) as keras/src/backend/tensorflow/nn.py, sparsemax, has it; comparing each with each takes the place of
/// sorting. The support is that of Martins and Astudillo 2016: where 1 + r·x is above the sum of the r numbers that are
/// not below x. But τ is made of all partial sums of the support rather than of the last one, in every backend from 3.9
/// to 3.15, so that the i-th largest of k counts k + 1 − i times.
Result<ValueId> sparseMax(Lowering& lowering, ValueId x) {
    ATTN_TRY(const std::size_t axis, axisOf(-1, lowering.graph().shape(x).rank()));
    ATTN_TRY(const Ranked order, ranked(lowering, x, axis));
    ATTN_TRY(ValueId bound, binary(lowering, BinaryKind::Multiply, x, order.reached));
    ATTN_TRY(bound, binary(lowering, BinaryKind::Add, bound, 1.0F, "one"));
    ATTN_TRY(const ValueId support, binary(lowering, BinaryKind::Greater, bound, order.sum, "support"));
    ATTN_TRY(const ValueId count, reduce(lowering, ReduceKind::Sum, support, {axis}, true, "count"));
    // Equal numbers share the mean of their places.
    ATTN_TRY(ValueId times, binary(lowering, BinaryKind::Add, order.above, order.reached));
    ATTN_TRY(times, binary(lowering, BinaryKind::Multiply, times, -0.5F, "half"));
    ATTN_TRY(times, binary(lowering, BinaryKind::Add, times, count));
    ATTN_TRY(times, binary(lowering, BinaryKind::Add, times, 0.5F, "half"));
    ATTN_TRY(times, binary(lowering, BinaryKind::Multiply, times, support, "times"));
    ATTN_TRY(ValueId tau, binary(lowering, BinaryKind::Multiply, x, times));
    ATTN_TRY(tau, reduce(lowering, ReduceKind::Sum, tau, {axis}, true));
    ATTN_TRY(tau, binary(lowering, BinaryKind::Subtract, tau, 1.0F, "one"));
    ATTN_TRY(tau, binary(lowering, BinaryKind::Divide, tau, count, "tau"));
    ATTN_TRY(const ValueId above, binary(lowering, BinaryKind::Subtract, x, tau));
    lowering.note("layer " + lowering.graph().layer() +
                  ": sparsemax as Keras computes it; its numbers need not add up to 1");
    return unary(lowering, UnaryKind::Relu, above, "sparsemax");
}

struct CompositeRow {
    std::string_view name;
    CompositeActivation apply;
};

constexpr std::array compositeRows{
    CompositeRow{"glu", gatedLinear},
    CompositeRow{"hard_shrink", hardShrink},
    CompositeRow{"hard_silu", hardSilu},
    CompositeRow{"hard_swish", hardSilu},
    CompositeRow{"hard_tanh", hardTanh},
    CompositeRow{"log_sigmoid", logSigmoid},
    CompositeRow{"log_softmax", logSoftmaxOfFeatures},
    CompositeRow{"soft_shrink", softShrink},
    CompositeRow{"sparse_plus", sparsePlus},
    CompositeRow{"sparse_sigmoid", sparseSigmoid},
    CompositeRow{"sparsemax", sparseMax},
    CompositeRow{"squareplus", squarePlus},
    CompositeRow{"tanh_shrink", tanhShrink},
};

}  // namespace

Result<ValueId> logSoftmax(Lowering& lowering, ValueId x, std::size_t axis) {
    ATTN_TRY(const ValueId largest, reduce(lowering, ReduceKind::Max, x, {axis}, true));
    ATTN_TRY(const ValueId shifted, binary(lowering, BinaryKind::Subtract, x, largest));
    ATTN_TRY(const ValueId exponentials, unary(lowering, UnaryKind::Exp, shifted));
    ATTN_TRY(const ValueId total, reduce(lowering, ReduceKind::Sum, exponentials, {axis}, true));
    ATTN_TRY(const ValueId logarithm, unary(lowering, UnaryKind::Log, total));
    return binary(lowering, BinaryKind::Subtract, shifted, logarithm, "log_softmax");
}

Result<ValueId> logSigmoid(Lowering& lowering, ValueId x) {
    ATTN_TRY(const ValueId negated, unary(lowering, UnaryKind::Negate, x));
    ATTN_TRY(const ValueId softplus, unary(lowering, UnaryKind::Softplus, negated));
    return unary(lowering, UnaryKind::Negate, softplus, "log_sigmoid");
}

CompositeActivation compositeActivation(std::string_view name) {
    const auto row = std::ranges::find(compositeRows, name, &CompositeRow::name);
    return row == compositeRows.end() ? nullptr : row->apply;
}

}  // namespace attnscope
