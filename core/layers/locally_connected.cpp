#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"
#include "ops/matmul.h"

#include <algorithm>

namespace attnscope {

namespace {

/// What the layer's config and input say.
struct Local {
    ValueId x;
    std::int64_t time = 0;
    std::int64_t features = 0;
    std::int64_t width = 1;
    std::int64_t stride = 1;
    std::int64_t filters = 1;
    std::int64_t steps = 0;  ///< that the layer gives out
    bool same = false;
};

Result<Local> readLocal(Lowering& lowering, const Config& config, const std::vector<Flow>& inputs) {
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 3));
    Local local;
    local.x = inputs[0].value;
    const Shape shape = lowering.graph().shape(local.x);
    local.time = shape[1];
    local.features = shape[2];
    ATTN_TRY(local.width, positive(config, "kernel_size"));
    ATTN_TRY(local.stride, positive(config, "strides", 1));
    ATTN_TRY(local.filters, positive(config, "filters"));
    ATTN_TRY(const std::string padding, config.text("padding", "valid"));
    if (padding != "valid" && padding != "same")
        return fail(ErrorCode::Format, "config entry padding: \"" + padding + "\" found; valid or same expected");
    local.same = padding == "same";
    if (!local.same && local.time < local.width)
        return fail(ErrorCode::Shape, "input: " + std::to_string(local.time) + " timesteps found, " +
                                          std::to_string(local.width) + " or more expected");
    const std::int64_t room = local.same ? local.time - 1 : local.time - local.width;
    local.steps = room / local.stride + 1;
    ATTN_CHECK(expectReasonable({shape[0], local.steps, local.width, local.features}));
    ATTN_CHECK(expectReasonable({local.time, local.features, local.steps, local.filters}));
    return local;
}

/// Implementation 1: a kernel [width · features, filters] for each timestep.
Result<ValueId> eachStep(Lowering& lowering, const Local& local, ValueId kernel) {
    GraphBuilder& graph = lowering.graph();
    std::vector<ValueId> windows;
    for (std::int64_t step = 0; step < local.width; ++step) {
        ATTN_TRY(windows.emplace_back(),
                 graph.add(std::make_shared<Slice>(1, step, local.steps, local.stride), {local.x}));
    }
    ValueId x = windows.front();
    if (windows.size() > 1) {
        ATTN_TRY(x, graph.add(std::make_shared<Concatenate>(2), windows, "windows"));
    }
    ATTN_TRY(x, permute(lowering, x, {1, 0, 2}));
    ATTN_TRY(const ValueId y, graph.add(std::make_shared<MatMul>(), {x, kernel}));
    return permute(lowering, y, {1, 0, 2}, "product");
}

/// tf_keras/src/utils/conv_utils.py, conv_connected_inputs: the timesteps [first, last) that a step of the output sees.
std::pair<std::int64_t, std::int64_t> seen(const Local& local, std::int64_t step) {
    const std::int64_t before = local.width / 2;
    const std::int64_t center = step * local.stride + (local.same ? 0 : before);
    return {std::max<std::int64_t>(center - before, 0), std::min(center + local.width - before, local.time)};
}

/// Implementation 2: a matrix [time, features, steps, filters] of which only what is connected counts
/// (conv_kernel_mask).
Tensor connections(const Local& local) {
    Tensor mask({local.time, 1, local.steps, 1});
    for (std::int64_t step = 0; step < local.steps; ++step) {
        const auto [first, last] = seen(local, step);
        for (std::int64_t t = first; t < last; ++t) mask[static_cast<std::size_t>(t * local.steps + step)] = 1.0F;
    }
    return mask;
}

std::int64_t connectedCount(const Local& local) {
    std::int64_t count = 0;
    for (std::int64_t step = 0; step < local.steps; ++step) {
        const auto [first, last] = seen(local, step);
        count += last - first;
    }
    return count * local.features * local.filters;
}

/// Implementation 3: the connected numbers alone, sorted by the place in the output, then in the input
/// (conv_kernel_idxs); here they are put where they belong in [time · features, steps · filters].
Tensor spread(const Local& local, const Tensor& numbers) {
    const std::int64_t columns = local.steps * local.filters;
    Tensor matrix({local.time * local.features, columns});
    std::size_t next = 0;
    for (std::int64_t column = 0; column < columns; ++column) {
        const auto [first, last] = seen(local, column / local.filters);
        for (std::int64_t row = first * local.features; row < last * local.features; ++row)
            matrix[static_cast<std::size_t>(row * columns + column)] = numbers[next++];
    }
    return matrix;
}

/// The whole input times one matrix [time · features, steps · filters].
Result<ValueId> allAtOnce(Lowering& lowering, const Local& local, ValueId matrix) {
    const std::int64_t batch = lowering.graph().shape(local.x)[0];
    ATTN_TRY(const ValueId flat, reshape(lowering, local.x, {batch, local.time * local.features}));
    ATTN_TRY(const ValueId y, lowering.graph().add(std::make_shared<MatMul>(), {flat, matrix}));
    return reshape(lowering, y, {batch, local.steps, local.filters}, "product");
}

}  // namespace

Result<std::vector<Flow>> lowerLocallyConnected1D(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/locally_connected/locally_connected1d.py: a convolution with a kernel for each timestep, kept
    // in one of three ways.
    const Config& config = layer.config;
    ATTN_TRY(const Local local, readLocal(lowering, config, inputs));
    ATTN_TRY(const std::int64_t implementation, config.integer("implementation", 1));
    ATTN_TRY(const bool useBias, config.flag("use_bias", true));
    Shape kernel{local.steps, local.width * local.features, local.filters};
    if (implementation == 2) kernel = {local.time, local.features, local.steps, local.filters};
    if (implementation == 3) kernel = {connectedCount(local)};
    if (implementation < 1 || implementation > 3 || (implementation == 1 && local.same))
        return fail(ErrorCode::Format, "config entry implementation: " + std::to_string(implementation) +
                                           " found; 1 (with padding valid), 2 or 3 expected");
    std::vector<ExpectedWeight> expected{{"kernel", kernel}};
    if (useBias) expected.push_back({"bias", {local.steps, local.filters}});
    GraphBuilder& graph = lowering.graph();
    ATTN_TRY(const std::vector<TensorPtr> tensors, matchWeights(layer, expected));
    ValueId y{};
    if (implementation == 1) {
        ATTN_TRY(y, eachStep(lowering, local, graph.constant("kernel", tensors[0])));
    } else if (implementation == 2) {
        const ValueId mask = graph.constant("connections", share(connections(local)));
        ATTN_TRY(ValueId matrix, binary(lowering, BinaryKind::Multiply, graph.constant("kernel", tensors[0]), mask));
        ATTN_TRY(matrix, reshape(lowering, matrix, {kernel[0] * kernel[1], kernel[2] * kernel[3]}));
        ATTN_TRY(y, allAtOnce(lowering, local, matrix));
    } else {
        ATTN_TRY(y, allAtOnce(lowering, local, graph.constant("kernel", share(spread(local, *tensors[0])))));
    }
    const auto bias = useBias ? std::optional(graph.constant("bias", tensors[1])) : std::nullopt;
    ATTN_TRY(y, biasedAndActivated(lowering, config, y, bias));
    return single(y);
}

}  // namespace attnscope
