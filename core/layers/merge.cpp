#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"

#include <algorithm>

namespace attnscope {

namespace {

/// A value with axes of extent 1 put in behind the batch until it has `rank` axes, as _Merge.call does.
Result<ValueId> withRank(Lowering& lowering, ValueId x, std::size_t rank) {
    const Shape shape = lowering.graph().shape(x);
    std::vector<std::int64_t> extents{shape[0]};
    extents.insert(extents.end(), rank - shape.rank(), 1);
    extents.insert(extents.end(), shape.begin() + 1, shape.end());
    return reshape(lowering, x, Shape(std::move(extents)));
}

/// _Merge.compute_mask (tf_keras, Keras 3): all masks that there are, or any of as many masks as branches.
Result<std::optional<ValueId>> mergedMask(Lowering& lowering, const std::vector<Flow>& inputs) {
    const bool any = lowering.era().mergedMask == MergedMask::Any;
    std::optional<ValueId> mask;
    for (const Flow& input : inputs) {
        if (!input.mask && any) return std::nullopt;
        if (!input.mask) continue;
        if (!mask) {
            mask = input.mask;
        } else if (*mask != *input.mask) {
            ATTN_TRY(mask, binary(lowering, any ? BinaryKind::Or : BinaryKind::And, *mask, *input.mask, "mask"));
        }
    }
    return mask;
}

/// tf_keras/src/layers/merging/base_merge.py: folds the inputs with one operation.
Result<Flow> fold(Lowering& lowering, const std::vector<Flow>& inputs, BinaryKind kind, std::string_view name) {
    if (inputs.empty()) return fail(ErrorCode::Shape, "an input or more expected");
    std::size_t rank = 1;
    for (const Flow& input : inputs) rank = std::max(rank, lowering.graph().shape(input.value).rank());
    ATTN_TRY(ValueId y, withRank(lowering, inputs[0].value, rank));
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        ATTN_TRY(const ValueId x, withRank(lowering, inputs[i].value, rank));
        ATTN_TRY(y, binary(lowering, kind, y, x, name));
    }
    ATTN_TRY(const std::optional<ValueId> mask, mergedMask(lowering, inputs));
    return Flow{y, mask};
}

Result<std::vector<Flow>> folded(Lowering& lowering, const std::vector<Flow>& inputs, BinaryKind kind,
                                 std::string_view name) {
    ATTN_TRY(const Flow flow, fold(lowering, inputs, kind, name));
    return std::vector<Flow>{flow};
}

/// Concatenate.compute_mask: masks are joined along the same axis (a branch without one counts), then all features
/// of a timestep must count, or any one.
Result<std::optional<ValueId>> joinedMask(Lowering& lowering, const std::vector<Flow>& inputs, std::size_t axis) {
    if (std::ranges::none_of(inputs, [](const Flow& input) { return input.mask.has_value(); })) return std::nullopt;
    GraphBuilder& graph = lowering.graph();
    std::vector<ValueId> masks;
    for (const Flow& input : inputs) {
        Shape shape = graph.shape(input.value);
        shape[shape.rank() - 1] = 1;
        if (!input.mask) {
            masks.push_back(graph.batchedConstant("unmasked", share(Tensor(shape, 1.0F))));
        } else if (graph.shape(*input.mask).rank() < shape.rank()) {
            std::vector<std::int64_t> extents = graph.shape(*input.mask).extents();
            extents.push_back(1);
            ATTN_TRY(const ValueId column, reshape(lowering, *input.mask, Shape(std::move(extents))));
            masks.push_back(column);
        } else {
            masks.push_back(*input.mask);
        }
    }
    ValueId together = masks[0];
    if (masks.size() > 1) {
        ATTN_TRY(together, graph.add(std::make_shared<Concatenate>(axis), masks, "joined_masks"));
    }
    const std::size_t last = graph.shape(together).rank() - 1;
    const bool any = lowering.era().mergedMask == MergedMask::Any;
    ATTN_TRY(const ValueId mask,
             reduce(lowering, any ? ReduceKind::Max : ReduceKind::Min, together, {last}, false, "mask"));
    return mask;
}

}  // namespace

Result<std::vector<Flow>> lowerAdd(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    return folded(lowering, inputs, BinaryKind::Add, "sum");
}

Result<std::vector<Flow>> lowerSubtract(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    ATTN_CHECK(expectInputs(inputs, 2));
    return folded(lowering, inputs, BinaryKind::Subtract, "difference");
}

Result<std::vector<Flow>> lowerMultiply(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    return folded(lowering, inputs, BinaryKind::Multiply, "product");
}

Result<std::vector<Flow>> lowerMaximum(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    return folded(lowering, inputs, BinaryKind::Maximum, "maximum");
}

Result<std::vector<Flow>> lowerMinimum(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    return folded(lowering, inputs, BinaryKind::Minimum, "minimum");
}

Result<std::vector<Flow>> lowerAverage(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/merging/average.py
    ATTN_TRY(const Flow sum, fold(lowering, inputs, BinaryKind::Add, "sum"));
    ATTN_TRY(const ValueId y,
             binary(lowering, BinaryKind::Divide, sum.value, static_cast<float>(inputs.size()), "count", "average"));
    return single(y, sum.mask);
}

Result<std::vector<Flow>> lowerConcatenate(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/merging/concatenate.py
    if (inputs.empty()) return fail(ErrorCode::Shape, "an input or more expected");
    ATTN_TRY(const std::int64_t named, layer.config.integer("axis", -1));
    const std::size_t rank = lowering.graph().shape(inputs[0].value).rank();
    ATTN_TRY(const std::size_t axis, axisOf(named, rank));
    std::vector<ValueId> values;
    for (const Flow& input : inputs) {
        ATTN_CHECK(expectRank(lowering, input.value, rank));
        values.push_back(input.value);
    }
    ValueId y = values[0];
    if (values.size() > 1) {
        ATTN_TRY(y, lowering.graph().add(std::make_shared<Concatenate>(axis), values, "joined"));
    }
    ATTN_TRY(const std::optional<ValueId> mask, joinedMask(lowering, inputs, axis));
    return single(y, mask);
}

}  // namespace attnscope
