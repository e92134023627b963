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
    if (lowering.era().mergedMask == MergedMask::None) return mask;
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
    if (lowering.era().mergedMask == MergedMask::None) return std::nullopt;
    GraphBuilder& graph = lowering.graph();
    std::vector<ValueId> masks;
    for (const Flow& input : inputs) {
        Shape shape = graph.shape(input.value);
        shape[shape.rank() - 1] = 1;
        if (!input.mask) {
            ATTN_CHECK(expectReasonable(shape, mostMadeElements));
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

/// Whether masked timesteps are left out: all branches have one rank, or Keras reshapes them and loses their masks.
bool leavesOutMasked(Lowering& lowering, const std::vector<Flow>& inputs) {
    if (!lowering.era().mergesByMask || inputs.empty()) return false;
    const std::size_t rank = lowering.graph().shape(inputs[0].value).rank();
    return std::ranges::all_of(inputs, [&](const Flow& input) {
        const GraphBuilder& graph = lowering.graph();
        if (graph.shape(input.value).rank() != rank) return false;
        return !input.mask || graph.shape(*input.mask).rank() + 1 == rank;
    });
}

/// A mask with an axis more, to stretch over the features.
Result<ValueId> overFeatures(Lowering& lowering, ValueId mask) {
    std::vector<std::int64_t> extents = lowering.graph().shape(mask).extents();
    extents.push_back(1);
    return reshape(lowering, mask, Shape(std::move(extents)));
}

Result<ValueId> choose(Lowering& lowering, ValueId condition, ValueId a, ValueId b, std::string_view name) {
    return lowering.graph().add(std::make_shared<Select>(), {condition, a, b}, name);
}

/// keras/src/layers/merging/multiply.py: 1 at masked timesteps; 0 where all branches mask the timestep.
Result<Flow> multiplyByMask(Lowering& lowering, const std::vector<Flow>& inputs) {
    std::optional<ValueId> y;
    for (const Flow& input : inputs) {
        ValueId x = input.value;
        if (input.mask) {
            ATTN_TRY(const ValueId mask, overFeatures(lowering, *input.mask));
            ATTN_TRY(x, choose(lowering, mask, x, lowering.graph().scalar("one", 1.0F), "unmasked"));
        }
        if (y) {
            ATTN_TRY(x, binary(lowering, BinaryKind::Multiply, *y, x, "product"));
        }
        y = x;
    }
    ATTN_TRY(const std::optional<ValueId> mask, mergedMask(lowering, inputs));
    if (mask) {
        ATTN_TRY(const ValueId over, overFeatures(lowering, *mask));
        ATTN_TRY(y, binary(lowering, BinaryKind::Multiply, *y, over, "masked_product"));
    }
    return Flow{*y, mask};
}

/// keras/src/layers/merging/base_merge.py, _apply_merge_op_and_or_mask: where one of two is masked, the other counts.
Result<Flow> extremeByMask(Lowering& lowering, const std::vector<Flow>& inputs, BinaryKind kind,
                           std::string_view name) {
    Flow merged = inputs.front();
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        ValueId x = inputs[i].value;
        if (inputs[i].mask) {
            ATTN_TRY(const ValueId mask, overFeatures(lowering, *inputs[i].mask));
            ATTN_TRY(x, choose(lowering, mask, x, merged.value, "unmasked"));
        }
        if (merged.mask) {
            ATTN_TRY(const ValueId mask, overFeatures(lowering, *merged.mask));
            ATTN_TRY(merged.value, choose(lowering, mask, merged.value, x, "unmasked"));
        }
        ATTN_TRY(merged.mask, mergedMask(lowering, {merged, inputs[i]}));
        ATTN_TRY(merged.value, binary(lowering, kind, merged.value, x, name));
    }
    return merged;
}

Result<std::vector<Flow>> extreme(Lowering& lowering, const std::vector<Flow>& inputs, BinaryKind kind,
                                  std::string_view name) {
    if (!leavesOutMasked(lowering, inputs)) return folded(lowering, inputs, kind, name);
    ATTN_TRY(const Flow merged, extremeByMask(lowering, inputs, kind, name));
    return std::vector<Flow>{merged};
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
    if (!leavesOutMasked(lowering, inputs)) return folded(lowering, inputs, BinaryKind::Multiply, "product");
    ATTN_TRY(const Flow product, multiplyByMask(lowering, inputs));
    return std::vector<Flow>{product};
}

Result<std::vector<Flow>> lowerMaximum(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    return extreme(lowering, inputs, BinaryKind::Maximum, "maximum");
}

Result<std::vector<Flow>> lowerMinimum(Lowering& lowering, const Layer&, const std::vector<Flow>& inputs) {
    return extreme(lowering, inputs, BinaryKind::Minimum, "minimum");
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
