#include "ops/convolution.h"

#include "layers/activations.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/layout.h"

#include <algorithm>

namespace attnscope {

namespace {

struct Padding {
    std::int64_t before = 0;
    std::int64_t after = 0;
};

/// Zeros in front of and behind `time` steps; `reach` is how many timesteps a kernel spans.
/// 'same' as TensorFlow has it (tensorflow/core/framework/kernel_shape_util.cc): the odd one goes behind.
Result<Padding> paddingFor(const std::string& mode, std::int64_t time, std::int64_t reach, std::int64_t stride) {
    if (mode == "valid") return Padding{};
    if (mode == "causal") return Padding{reach - 1, 0};
    if (mode == "same") {
        const std::int64_t steps = (time + stride - 1) / stride;
        const std::int64_t total = std::max<std::int64_t>((steps - 1) * stride + reach - time, 0);
        return Padding{total / 2, total - total / 2};
    }
    return fail(ErrorCode::Format, "config entry padding: \"" + mode + "\" found; valid, same or causal expected");
}

}  // namespace

Result<std::vector<Flow>> lowerConv1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/convolutional/{base_conv,conv1d}.py; the mask stops here.
    const Config& config = layer.config;
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    ValueId x = inputs[0].value;
    ATTN_CHECK(expectRank(lowering, x, 3));
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const std::int64_t filters, config.integer("filters"));
    ATTN_TRY(const std::int64_t width, positive(config, "kernel_size"));
    ATTN_TRY(const std::int64_t stride, positive(config, "strides", 1));
    ATTN_TRY(const std::int64_t dilation, positive(config, "dilation_rate", 1));
    ATTN_TRY(const std::int64_t groups, positive(config, "groups", 1));
    ATTN_TRY(const bool useBias, config.flag("use_bias", true));
    ATTN_TRY(const std::string mode, config.text("padding", "valid"));
    if (shape[2] % groups != 0)
        return fail(ErrorCode::Shape, "input: " + std::to_string(shape[2]) + " features found, a multiple of " +
                                          std::to_string(groups) + " (groups) expected");

    std::vector<ExpectedWeight> expected{{"kernel", {width, shape[2] / groups, filters}}};
    if (useBias) expected.push_back({"bias", {filters}});
    ATTN_TRY(const std::vector<ValueId> weights, addWeights(lowering, layer, expected));
    ATTN_TRY(const Padding padding, paddingFor(mode, shape[1], (width - 1) * dilation + 1, stride));
    if (padding.before + padding.after > 0) {
        ATTN_CHECK(expectReasonable({shape[0], shape[1] + padding.before + padding.after, shape[2]}));
        ATTN_TRY(x, lowering.graph().add(std::make_shared<Pad>(1, padding.before, padding.after), {x}, "padded"));
    }
    ATTN_TRY(ValueId y, lowering.graph().add(std::make_shared<Convolution1D>(stride, dilation, groups), {x, weights[0]},
                                             "convolution"));
    if (useBias) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, weights[1], "biased"));
    }
    ATTN_TRY(y, activate(lowering, config, y));
    return single(y);
}

}  // namespace attnscope
