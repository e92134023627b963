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

/// x − max − log Σ exp(x − max), over the last axis.
Result<ValueId> logSoftmax(Lowering& lowering, ValueId x) {
    ATTN_TRY(const std::size_t axis, axisOf(-1, lowering.graph().shape(x).rank()));
    ATTN_TRY(const ValueId largest, reduce(lowering, ReduceKind::Max, x, {axis}, true));
    ATTN_TRY(const ValueId shifted, binary(lowering, BinaryKind::Subtract, x, largest));
    ATTN_TRY(const ValueId exponentials, unary(lowering, UnaryKind::Exp, shifted));
    ATTN_TRY(const ValueId total, reduce(lowering, ReduceKind::Sum, exponentials, {axis}, true));
    ATTN_TRY(const ValueId logarithm, unary(lowering, UnaryKind::Log, total));
    return binary(lowering, BinaryKind::Subtract, shifted, logarithm, "log_softmax");
}

/// −softplus(−x)
Result<ValueId> logSigmoid(Lowering& lowering, ValueId x) {
    ATTN_TRY(const ValueId negated, unary(lowering, UnaryKind::Negate, x));
    ATTN_TRY(const ValueId softplus, unary(lowering, UnaryKind::Softplus, negated));
    return unary(lowering, UnaryKind::Negate, softplus, "log_sigmoid");
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

struct CompositeRow {
    std::string_view name;
    CompositeActivation apply;
};

constexpr std::array compositeRows{
    CompositeRow{"glu", gatedLinear},        CompositeRow{"hard_shrink", hardShrink},
    CompositeRow{"hard_silu", hardSilu},     CompositeRow{"hard_swish", hardSilu},
    CompositeRow{"hard_tanh", hardTanh},     CompositeRow{"log_sigmoid", logSigmoid},
    CompositeRow{"log_softmax", logSoftmax}, CompositeRow{"soft_shrink", softShrink},
    CompositeRow{"sparse_plus", sparsePlus}, CompositeRow{"sparse_sigmoid", sparseSigmoid},
    CompositeRow{"squareplus", squarePlus},  CompositeRow{"tanh_shrink", tanhShrink},
};

}  // namespace

CompositeActivation compositeActivation(std::string_view name) {
    const auto row = std::ranges::find(compositeRows, name, &CompositeRow::name);
    return row == compositeRows.end() ? nullptr : row->apply;
}

}  // namespace attnscope
