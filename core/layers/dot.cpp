#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/matmul.h"

namespace attnscope {

namespace {

/// x / √max(Σ x², 1e-12) along an axis: tf.linalg.l2_normalize.
Result<ValueId> unitLength(Lowering& lowering, ValueId x, std::size_t axis) {
    ATTN_TRY(const ValueId squares, unary(lowering, UnaryKind::Square, x));
    ATTN_TRY(const ValueId sum, reduce(lowering, ReduceKind::Sum, squares, {axis}, true));
    ATTN_TRY(const ValueId bounded, binary(lowering, BinaryKind::Maximum, sum, 1e-12F, "smallest"));
    ATTN_TRY(const ValueId length, unary(lowering, UnaryKind::Sqrt, bounded, "length"));
    return binary(lowering, BinaryKind::Divide, x, length, "unit");
}

/// An operand as a batch of matrices: the contracted axis last (or second), all others flattened.
struct Operand {
    ValueId matrix;
    std::vector<std::int64_t> rest;  ///< extents of the flattened axes
};

Result<Operand> asMatrix(Lowering& lowering, ValueId x, std::size_t axis, bool contractedLast) {
    const Shape shape = lowering.graph().shape(x);
    Operand operand;
    std::vector<std::size_t> others;
    for (std::size_t i = 1; i < shape.rank(); ++i) {
        if (i == axis) continue;
        others.push_back(i);
        operand.rest.push_back(shape[i]);
    }
    std::vector<std::size_t> order{0};
    if (!contractedLast) order.push_back(axis);
    order.insert(order.end(), others.begin(), others.end());
    if (contractedLast) order.push_back(axis);
    const std::int64_t flat = Shape(operand.rest).elements();
    ATTN_TRY(const ValueId moved, permute(lowering, x, std::move(order)));
    ATTN_TRY(operand.matrix,
             reshape(lowering, moved,
                     contractedLast ? Shape{shape[0], flat, shape[axis]} : Shape{shape[0], shape[axis], flat}));
    return operand;
}

}  // namespace

Result<std::vector<Flow>> lowerDot(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/merging/dot.py and backend.py, batch_dot(); the mask stops here.
    ATTN_CHECK(expectInputs(inputs, 2));
    ATTN_TRY(std::vector<std::int64_t> named, layer.config.integers("axes"));
    if (named.size() == 1) named.push_back(named.front());
    if (named.size() != 2) return fail(ErrorCode::Format, "config entry axes: one or two axes expected");
    ATTN_TRY(const bool normalize, layer.config.flag("normalize", false));

    ValueId operands[2] = {inputs[0].value, inputs[1].value};
    std::size_t axes[2] = {0, 0};
    for (std::size_t i = 0; i < 2; ++i) {
        ATTN_TRY(axes[i], axisOf(named[i], lowering.graph().shape(operands[i]).rank()));
        if (axes[i] == 0) return fail(ErrorCode::Shape, "config entry axes: an axis other than the batch expected");
        if (normalize) {
            ATTN_TRY(operands[i], unitLength(lowering, operands[i], axes[i]));
        }
    }
    ATTN_TRY(const Operand left, asMatrix(lowering, operands[0], axes[0], true));
    ATTN_TRY(const Operand right, asMatrix(lowering, operands[1], axes[1], false));
    ATTN_TRY(ValueId y, lowering.graph().add(std::make_shared<MatMul>(), {left.matrix, right.matrix}, "product"));
    std::vector<std::int64_t> extents{lowering.graph().shape(y)[0]};
    extents.insert(extents.end(), left.rest.begin(), left.rest.end());
    extents.insert(extents.end(), right.rest.begin(), right.rest.end());
    if (extents.size() == 1) extents.push_back(1);
    ATTN_TRY(y, reshape(lowering, y, Shape(std::move(extents)), "dot"));
    return single(y);
}

}  // namespace attnscope
