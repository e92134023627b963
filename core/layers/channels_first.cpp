#include "layers/channels_first.h"

#include "layers/support.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace attnscope {

namespace {

// keras/src/layers/{convolutional,pooling,reshaping}: kernels are (places …, in, out) whichever data_format is.
constexpr std::array classes{
    std::string_view("AdaptiveAveragePooling1D"),
    std::string_view("AdaptiveMaxPooling1D"),
    std::string_view("AveragePooling1D"),
    std::string_view("AveragePooling2D"),
    std::string_view("Conv1D"),
    std::string_view("Conv1DTranspose"),
    std::string_view("Conv2D"),
    std::string_view("Cropping2D"),
    std::string_view("DepthwiseConv1D"),
    std::string_view("DepthwiseConv2D"),
    std::string_view("Flatten"),
    std::string_view("GlobalAveragePooling1D"),
    std::string_view("GlobalAveragePooling2D"),
    std::string_view("GlobalMaxPooling1D"),
    std::string_view("GlobalMaxPooling2D"),
    std::string_view("MaxPooling1D"),
    std::string_view("MaxPooling2D"),
    std::string_view("SeparableConv1D"),
    std::string_view("SeparableConv2D"),
    std::string_view("UpSampling2D"),
    std::string_view("ZeroPadding1D"),
    std::string_view("ZeroPadding2D"),
};

/// 0, 2, 3, …, 1: features behind the places.
std::vector<std::size_t> featuresLast(std::size_t rank) {
    std::vector<std::size_t> order(rank);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::rotate(order.begin() + 1, order.begin() + 2, order.end());
    return order;
}

/// 0, last, 1, 2, …: features in front of the places.
std::vector<std::size_t> featuresFirst(std::size_t rank) {
    std::vector<std::size_t> order(rank);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::rotate(order.begin() + 1, order.end() - 1, order.end());
    return order;
}

}  // namespace

Result<bool> hasChannelsFirst(const Era& era, const Layer& layer) {
    if (era.generation == Generation::Keras1 || std::ranges::find(classes, layer.className) == classes.end())
        return false;
    ATTN_TRY(const std::string format, layer.config.text("data_format", "channels_last"));
    return format == "channels_first";
}

Result<std::vector<Flow>> lowerChannelsFirst(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                             LowerFunction lower) {
    ATTN_CHECK(expectInputs(inputs, 1));
    const std::size_t rank = lowering.graph().shape(inputs[0].value).rank();
    nlohmann::json config = layer.config.json();
    config["data_format"] = "channels_last";
    Layer last = layer;
    last.config = Config(std::move(config));
    if (rank < 3) return lower(lowering, last, inputs);  // no places
    ATTN_TRY(const ValueId x, permute(lowering, inputs[0].value, featuresLast(rank), "features_last"));
    ATTN_TRY(std::vector<Flow> outputs, lower(lowering, last, {Flow{x, inputs[0].mask}}));
    for (Flow& output : outputs) {
        if (lowering.graph().shape(output.value).rank() != rank) continue;
        ATTN_TRY(output.value, permute(lowering, output.value, featuresFirst(rank), "features_first"));
    }
    return outputs;
}

}  // namespace attnscope
