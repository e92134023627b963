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
    Local local;
    ATTN_TRY(local.x, inputOverPlaces(lowering, config, inputs, 1));
    const Shape shape = lowering.graph().shape(local.x);
    local.time = shape[1];
    local.features = shape[2];
    ATTN_TRY(local.width, positive(config, "kernel_size"));
    ATTN_TRY(local.stride, positive(config, "strides", 1));
    ATTN_TRY(local.filters, positive(config, "filters"));
    ATTN_TRY(local.same, padsToSame(config));
    if (!local.same && local.time < local.width)
        return fail(ErrorCode::Shape, "input: " + std::to_string(local.time) + " timesteps found, " +
                                          std::to_string(local.width) + " or more expected");
    // A wider kernel would mostly lie beyond the input's ends, where its numbers are not kept.
    if (local.width > 2 * local.time)
        return fail(ErrorCode::Limit, "config entry kernel_size: " + std::to_string(local.width) +
                                          " found, at most twice the input's " + std::to_string(local.time) +
                                          " timesteps expected");
    const std::int64_t room = local.same ? local.time - 1 : local.time - local.width;
    local.steps = room / local.stride + 1;
    ATTN_CHECK(expectReasonable({shape[0], local.steps, local.width, local.features}));
    ATTN_CHECK(expectReasonable({local.steps, local.width, local.features, local.filters}));
    return local;
}

/// The first timestep that a step of the output sees, which may lie in front of the input (tf_keras/src/utils/
/// conv_utils.py, conv_connected_inputs).
std::int64_t firstSeen(const Local& local, std::int64_t step) {
    return step * local.stride - (local.same ? local.width / 2 : 0);
}

/// The timesteps [first, last) of the input that a step of the output sees.
std::pair<std::int64_t, std::int64_t> seen(const Local& local, std::int64_t step) {
    const std::int64_t first = firstSeen(local, step);
    return {std::max<std::int64_t>(first, 0), std::min(first + local.width, local.time)};
}

/// How many numbers implementation 3 keeps.
std::int64_t connectedCount(const Local& local) {
    std::int64_t count = 0;
    for (std::int64_t step = 0; step < local.steps; ++step) {
        const auto [first, last] = seen(local, step);
        count += last - first;
    }
    return count * local.features * local.filters;
}

/// The kernels as implementation 1 keeps them, [steps, width · features, filters], 0 beyond the input's ends.
/// Implementation 2 keeps a matrix [time, features, steps, filters] of which only what is connected counts
/// (conv_kernel_mask); 3 the connected numbers alone, sorted by the place in the output, then in the input
/// (conv_kernel_idxs).
Tensor kernelsOf(const Local& local, const Tensor& numbers, bool all) {
    Tensor kernels({local.steps, local.width * local.features, local.filters});
    std::size_t next = 0;
    for (std::int64_t step = 0; step < local.steps; ++step) {
        const auto [first, last] = seen(local, step);
        const std::int64_t before = firstSeen(local, step) * local.features;
        for (std::int64_t filter = 0; filter < local.filters; ++filter) {
            for (std::int64_t from = first * local.features; from < last * local.features; ++from) {
                const std::int64_t row = step * local.width * local.features + from - before;
                const auto given = static_cast<std::size_t>((from * local.steps + step) * local.filters + filter);
                kernels[static_cast<std::size_t>(row * local.filters + filter)] = numbers[all ? given : next++];
            }
        }
    }
    return kernels;
}

/// A kernel [width · features, filters] for each timestep.
Result<ValueId> eachStep(Lowering& lowering, const Local& local, ValueId kernels) {
    GraphBuilder& graph = lowering.graph();
    const std::int64_t before = -firstSeen(local, 0);
    const std::int64_t end = firstSeen(local, local.steps - 1) + local.width;
    ATTN_TRY(const ValueId given, padded(lowering, local.x, 1, {before, std::max<std::int64_t>(end - local.time, 0)}));
    std::vector<ValueId> windows;
    for (std::int64_t step = 0; step < local.width; ++step) {
        ATTN_TRY(windows.emplace_back(),
                 graph.add(std::make_shared<Slice>(1, step, local.steps, local.stride), {given}));
    }
    ValueId x = windows.front();
    if (windows.size() > 1) {
        ATTN_TRY(x, graph.add(std::make_shared<Concatenate>(2), windows, "windows"));
    }
    ATTN_TRY(x, permute(lowering, x, {1, 0, 2}));
    ATTN_TRY(const ValueId y, graph.add(std::make_shared<MatMul>(), {x, kernels}));
    return permute(lowering, y, {1, 0, 2}, "product");
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
    TensorPtr kernels = tensors[0];
    if (implementation != 1) kernels = share(kernelsOf(local, *kernels, implementation == 2));
    ATTN_TRY(ValueId y, eachStep(lowering, local, graph.constant("kernel", kernels)));
    const auto bias = useBias ? std::optional(graph.constant("bias", tensors[1])) : std::nullopt;
    ATTN_TRY(y, biasedAndActivated(lowering, config, y, bias));
    return single(y);
}

}  // namespace attnscope
