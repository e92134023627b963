#include "layers/lower_functions.h"
#include "layers/quantized_layer.h"
#include "layers/support.h"

namespace attnscope {

namespace {

/// [batch, time, …] → [batch·time, …]
Result<ValueId> mergeTime(Lowering& lowering, ValueId x, std::string_view name) {
    const Shape shape = lowering.graph().shape(x);
    std::vector<std::int64_t> extents = shape.from(1).extents();
    extents[0] *= shape[0];
    return reshape(lowering, x, Shape(std::move(extents)), name);
}

/// [batch·time, …] → [batch, time, …]
Result<ValueId> splitTime(Lowering& lowering, ValueId x, std::int64_t batch, std::int64_t time, std::string_view name) {
    std::vector<std::int64_t> extents{batch, time};
    const Shape rest = lowering.graph().shape(x).from(1);
    extents.insert(extents.end(), rest.begin(), rest.end());
    return reshape(lowering, x, Shape(std::move(extents)), name);
}

/// A timestep of the outer sequence counts if any timestep inside it counts.
Result<ValueId> anyInside(Lowering& lowering, ValueId mask) {
    std::vector<std::size_t> inside;
    for (std::size_t axis = 2; axis < lowering.graph().shape(mask).rank(); ++axis) inside.push_back(axis);
    return inside.empty() ? Result<ValueId>(mask)
                          : reduce(lowering, ReduceKind::Max, mask, std::move(inside), false, "any_inside");
}

}  // namespace

Result<std::vector<Flow>> lowerTimeDistributed(Lowering& lowering, const Layer& layer,
                                               const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/rnn/time_distributed.py, call() and compute_mask(), the reshaping path; before Keras 2.2.0
    // keras/layers/wrappers.py.
    if (layer.inner.size() != 1 || inputs.empty())
        return fail(ErrorCode::Format, "one layer inside and an input expected");
    // keras/src/layers/rnn/time_distributed.py of Keras 3 runs the layer's call(), which leaves the scales out.
    if (!quantizationOf(*layer.inner[0]).empty())
        return fail(ErrorCode::Unsupported,
                    "the weights of the layer inside are quantized, and Keras does not apply their scales here");
    const Shape outer = lowering.graph().shape(inputs.front().value);
    std::vector<Flow> merged;
    for (const Flow& input : inputs) {
        const Shape& shape = lowering.graph().shape(input.value);
        if (shape.rank() < 3 || shape[1] != outer[1])
            return fail(ErrorCode::Shape, "input: shape " + shape.text() + " found, (batch, time, …) expected");
        ATTN_TRY(const ValueId x, mergeTime(lowering, input.value, "timesteps_as_batch"));
        std::optional<ValueId> mask;
        if (input.mask && lowering.era().timeDistributedMasksInside) {
            const Shape maskShape = lowering.graph().shape(*input.mask);
            if (maskShape.rank() < 2)
                return fail(ErrorCode::Shape, "mask: shape " + maskShape.text() + " found, (batch, time, …) expected");
            ATTN_TRY(mask, mergeTime(lowering, *input.mask, "mask_as_batch"));
        }
        merged.push_back({x, mask});
    }
    ATTN_TRY(const std::vector<Flow> inside, lowering.lower(*layer.inner[0], merged));
    std::vector<Flow> outputs;
    for (const Flow& output : inside) {
        ATTN_TRY(const ValueId y, splitTime(lowering, output.value, outer[0], outer[1], "timesteps"));
        std::optional<ValueId> mask;
        if (!lowering.era().timeDistributedMasksInside) {
            mask = inputs.front().mask;
        } else if (output.mask) {
            ATTN_TRY(mask, splitTime(lowering, *output.mask, outer[0], outer[1], "mask"));
        } else if (inputs.front().mask) {
            ATTN_TRY(mask, anyInside(lowering, *inputs.front().mask));
        }
        outputs.push_back({y, mask});
    }
    return outputs;
}

}  // namespace attnscope
