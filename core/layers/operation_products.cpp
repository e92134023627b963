#include "layers/composite_activations.h"
#include "layers/einsum.h"
#include "layers/operation_functions.h"
#include "layers/support.h"
#include "ops/matmul.h"
#include "ops/softmax.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace attnscope {

namespace {

/// The axes named by an option, or all of them. The batch is one of them: reducing over it mixes examples.
Result<std::vector<std::size_t>> axesFrom(const OperationArguments& arguments, std::size_t rank, bool batched) {
    ATTN_TRY(const std::vector<std::int64_t> named, arguments.integers({"axis", "reduction_indices"}));
    std::vector<std::size_t> axes(rank);
    std::iota(axes.begin(), axes.end(), std::size_t{0});
    if (!named.empty()) {
        ATTN_TRY(axes, axesOf(named, rank));
    }
    for (const std::size_t axis : axes) {
        if (axis == 0 && batched)
            return fail(ErrorCode::Unsupported, "it reduces over the batch, which mixes examples");
    }
    return axes;
}

Result<std::vector<std::size_t>> axesFrom(const OperationArguments& arguments, ValueId x) {
    const Value& value = arguments.lowering().graph().value(x);
    return axesFrom(arguments, value.shape.rank(), value.batched);
}

Result<Values> reduced(const OperationArguments& arguments, ReduceKind kind, bool ofTruth) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId x, arguments.operand(0, {"x", "input_tensor", "a"}));
    if (ofTruth) {
        ATTN_TRY(x, binary(lowering, BinaryKind::NotEqual, x, 0.0F, "zero"));
    }
    ATTN_TRY(std::vector<std::size_t> axes, axesFrom(arguments, x));
    ATTN_TRY(const bool keep, arguments.flag({"keepdims", "keep_dims"}, false));
    ATTN_TRY(const ValueId y, reduce(lowering, kind, x, std::move(axes), keep));
    return Values{y};
}

template <ReduceKind Kind>
Result<Values> over(const OperationArguments& arguments) {
    return reduced(arguments, Kind, false);
}

Result<Values> lowerAny(const OperationArguments& arguments) {
    return reduced(arguments, ReduceKind::Max, true);
}

Result<Values> lowerAll(const OperationArguments& arguments) {
    return reduced(arguments, ReduceKind::Min, true);
}

Result<ValueId> variance(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, arguments.operand(0, {"x", "input_tensor"}));
    ATTN_TRY(const std::vector<std::size_t> axes, axesFrom(arguments, x));
    ATTN_TRY(const bool keep, arguments.flag({"keepdims"}, false));
    ATTN_TRY(const ValueId mean, reduce(lowering, ReduceKind::Mean, x, axes, true));
    ATTN_TRY(const ValueId apart, binary(lowering, BinaryKind::Subtract, x, mean));
    ATTN_TRY(const ValueId square, unary(lowering, UnaryKind::Square, apart));
    return reduce(lowering, ReduceKind::Mean, square, axes, keep);
}

Result<Values> lowerVariance(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId y, variance(arguments));
    return Values{y};
}

Result<Values> lowerDeviation(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId squared, variance(arguments));
    ATTN_TRY(const ValueId y, unary(arguments.lowering(), UnaryKind::Sqrt, squared));
    return Values{y};
}

Result<Values> lowerLogSumExp(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, arguments.operand(0, {"x", "input_tensor"}));
    ATTN_TRY(const std::vector<std::size_t> axes, axesFrom(arguments, x));
    ATTN_TRY(const bool keep, arguments.flag({"keepdims"}, false));
    ATTN_TRY(ValueId largest, reduce(lowering, ReduceKind::Max, x, axes, true));
    ATTN_TRY(const ValueId shifted, binary(lowering, BinaryKind::Subtract, x, largest));
    ATTN_TRY(const ValueId exponentials, unary(lowering, UnaryKind::Exp, shifted));
    ATTN_TRY(const ValueId total, reduce(lowering, ReduceKind::Sum, exponentials, axes, keep));
    ATTN_TRY(const ValueId log, unary(lowering, UnaryKind::Log, total));
    ATTN_TRY(largest, reshape(lowering, largest, lowering.graph().shape(log)));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Add, log, largest));
    return Values{y};
}

Result<Values> lowerCountNonzero(const OperationArguments& arguments) {
    return reduced(arguments, ReduceKind::Sum, true);
}

/// x / √max(Σ x², ε), tensorflow/python/ops/nn_impl.py.
Result<Values> lowerL2Normalize(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, arguments.operand(0, {"x"}));
    ATTN_TRY(const std::vector<std::size_t> axes, axesFrom(arguments, x));
    ATTN_TRY(const float epsilon, arguments.number({"epsilon"}, 1e-12F));
    ATTN_TRY(const ValueId square, unary(lowering, UnaryKind::Square, x));
    ATTN_TRY(ValueId length, reduce(lowering, ReduceKind::Sum, square, axes, true));
    ATTN_TRY(length, binary(lowering, BinaryKind::Maximum, length, epsilon, "epsilon"));
    ATTN_TRY(length, unary(lowering, UnaryKind::Sqrt, length));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Divide, x, length));
    return Values{y};
}

Result<Values> lowerSoftmax(const OperationArguments& arguments) {
    GraphBuilder& graph = arguments.lowering().graph();
    ATTN_TRY(const ValueId x, arguments.operand(0, {"x", "logits"}));
    ATTN_TRY(const std::int64_t named, arguments.integer({"axis"}, -1));
    ATTN_TRY(const std::size_t axis, axisOf(named, graph.shape(x).rank()));
    ATTN_TRY(const ValueId y, graph.add(std::make_shared<Softmax>(axis), {x}, "softmax"));
    return Values{y};
}

Result<Values> lowerLogSoftmax(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, arguments.operand(0, {"x", "logits"}));
    ATTN_TRY(const std::int64_t named, arguments.integer({"axis"}, -1));
    ATTN_TRY(const std::size_t axis, axisOf(named, lowering.graph().shape(x).rank()));
    return one(logSoftmax(lowering, x, axis));
}

/// numpy.matmul: a vector on the right is a column that vanishes again.
Result<Values> lowerMatmul(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId a, arguments.operand(0, {"x1", "a"}));
    ATTN_TRY(ValueId b, arguments.operand(1, {"x2", "b"}));
    // An adjoint of real numbers is a transpose.
    ATTN_TRY(const bool transposedA, arguments.flag({"transpose_a"}, false));
    ATTN_TRY(const bool transposedB, arguments.flag({"transpose_b"}, false));
    ATTN_TRY(const bool transposeA, arguments.flag({"adjoint_a"}, transposedA));
    ATTN_TRY(const bool transposeB, arguments.flag({"adjoint_b"}, transposedB));
    const Shape shape = lowering.graph().shape(b);
    if (shape.rank() == 1) {
        ATTN_TRY(b, reshape(lowering, b, {shape[0], 1}));
    }
    ATTN_TRY(ValueId y, lowering.graph().add(std::make_shared<MatMul>(transposeA, transposeB), {a, b}, "product"));
    if (shape.rank() == 1) {
        const Shape product = lowering.graph().shape(y);
        ATTN_TRY(y, reshape(lowering, y, product.upTo(product.rank() - 1)));
    }
    return Values{y};
}

Result<Values> lowerEinsum(const OperationArguments& arguments) {
    nlohmann::json equation = arguments.option({"subscripts", "equation"});
    // tf.einsum has the equation in front of its operands.
    const std::size_t first = equation.is_null() ? 1 : 0;
    if (equation.is_null()) equation = arguments.positional(0);
    if (!equation.is_string()) return fail(ErrorCode::Format, "argument subscripts: an equation expected");
    std::vector<ValueId> operands;
    if (first == arguments.count())
        return fail(ErrorCode::Unsupported,
                    "tf.keras saves tf.einsum without its tensors, and cannot load it either; "
                    "use tf.matmul, or save the model with Keras 3");
    for (std::size_t position = first; position < arguments.count(); ++position) {
        ATTN_TRY(operands.emplace_back(), arguments.operand(position, {"operands"}));
    }
    ATTN_TRY(const ValueId y, einsum(arguments.lowering(), equation.get<std::string>(), std::move(operands)));
    return Values{y};
}

/// The axes that tf.tensordot sums over, of one operand: the last or first ones, or a list.
Result<std::vector<std::size_t>> summedAxes(const nlohmann::json& axes, std::size_t operand, std::size_t rank) {
    std::vector<std::int64_t> named;
    if (axes.is_number_integer()) {
        const auto count = axes.get<std::int64_t>();
        if (count < 1 || count > static_cast<std::int64_t>(rank))
            return fail(ErrorCode::Unsupported, "argument axes: no such axes");
        for (std::int64_t axis = 0; axis < count; ++axis) named.push_back(operand == 0 ? axis - count : axis);
        return axesOf(named, rank);
    }
    if (!axes.is_array() || axes.size() != 2) return fail(ErrorCode::Unsupported, "argument axes: two lists expected");
    for (const nlohmann::json& axis :
         axes[operand].is_array() ? axes[operand] : nlohmann::json::array({axes[operand]})) {
        if (!axis.is_number_integer()) return fail(ErrorCode::Unsupported, "argument axes: whole numbers expected");
        named.push_back(axis.get<std::int64_t>());
    }
    return axesOf(named, rank);
}

/// An operand as a matrix: what stays, and what is summed over behind it or in front of it. Gives what stays.
Result<std::vector<std::int64_t>> asMatrix(Lowering& lowering, ValueId& x, const std::vector<std::size_t>& summed,
                                           bool behind) {
    const Shape shape = lowering.graph().shape(x);
    std::vector<std::size_t> stays;
    std::vector<std::int64_t> extents;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
        if (std::ranges::find(summed, axis) != summed.end()) continue;
        stays.push_back(axis);
        extents.push_back(shape[axis]);
    }
    std::vector<std::size_t> order = behind ? stays : summed;
    const std::vector<std::size_t>& last = behind ? summed : stays;
    order.insert(order.end(), last.begin(), last.end());
    ATTN_TRY(x, permute(lowering, x, std::move(order)));
    const std::int64_t rows = Shape(extents).elements();
    const std::int64_t sums = shape.elements() / rows;
    ATTN_TRY(x, reshape(lowering, x, behind ? Shape{rows, sums} : Shape{sums, rows}));
    return extents;
}

/// A product with a tensor that is the same for every example.
Result<Values> lowerTensordot(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId a, arguments.operand(0, {"a", "x1"}));
    ATTN_TRY(ValueId b, arguments.operand(1, {"b", "x2"}));
    const nlohmann::json axes = arguments.option({"axes"});
    ATTN_TRY(const std::vector<std::size_t> summedA, summedAxes(axes, 0, lowering.graph().shape(a).rank()));
    ATTN_TRY(const std::vector<std::size_t> summedB, summedAxes(axes, 1, lowering.graph().shape(b).rank()));
    if (lowering.graph().value(b).batched || std::ranges::find(summedA, std::size_t{0}) != summedA.end())
        return fail(ErrorCode::Unsupported, "it mixes examples of the batch");
    ATTN_TRY(std::vector<std::int64_t> extents, asMatrix(lowering, a, summedA, true));
    ATTN_TRY(const std::vector<std::int64_t> others, asMatrix(lowering, b, summedB, false));
    extents.insert(extents.end(), others.begin(), others.end());
    ATTN_TRY(const ValueId y, lowering.graph().add(std::make_shared<MatMul>(), {a, b}, "product"));
    return one(reshape(lowering, y, Shape(std::move(extents))));
}

constexpr std::array rows{
    OperationRow{"All", "math.reduce_all reduce_all", lowerAll},
    OperationRow{"Any", "math.reduce_any reduce_any", lowerAny},
    OperationRow{"Einsum", "einsum linalg.einsum", lowerEinsum},
    OperationRow{"CountNonzero", "math.count_nonzero", lowerCountNonzero},
    OperationRow{"LogSoftmax", "nn.log_softmax", lowerLogSoftmax},
    OperationRow{"Logsumexp", "math.reduce_logsumexp", lowerLogSumExp},
    OperationRow{"Matmul", "linalg.matmul matmul", lowerMatmul},
    OperationRow{"Max", "math.reduce_max reduce_max", over<ReduceKind::Max>},
    OperationRow{"Mean", "math.reduce_mean reduce_mean", over<ReduceKind::Mean>},
    OperationRow{"Min", "math.reduce_min reduce_min", over<ReduceKind::Min>},
    OperationRow{"Prod", "math.reduce_prod reduce_prod", over<ReduceKind::Product>},
    OperationRow{"Softmax", "nn.softmax math.softmax", lowerSoftmax},
    OperationRow{"Std", "math.reduce_std", lowerDeviation},
    OperationRow{"Sum", "math.reduce_sum reduce_sum", over<ReduceKind::Sum>},
    OperationRow{"Tensordot", "tensordot", lowerTensordot},
    OperationRow{"Var", "math.reduce_variance", lowerVariance},
    OperationRow{"", "math.l2_normalize nn.l2_normalize", lowerL2Normalize},
};

}  // namespace

std::span<const OperationRow> productOperations() {
    return rows;
}

}  // namespace attnscope
