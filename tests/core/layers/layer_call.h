#pragma once

#include "fake_lowering.h"
#include "support/tensor_compare.h"

#include <QString>

#include <algorithm>

/// Layers made by hand, and what is made of them.
namespace attnscope::test {

inline Layer makeLayer(std::string className, const char* config, std::vector<LayerWeight> weights = {}) {
    Layer layer;
    layer.name = "layer";
    layer.className = std::move(className);
    layer.config = Config(nlohmann::json::parse(config));
    layer.weights = std::move(weights);
    return layer;
}

inline LayerWeight weight(std::string name, Shape shape, float value = 0.1F) {
    return {std::move(name), share(Tensor(std::move(shape), value)), true};
}

/// What a layer makes of an input of a shape, with or without a mask.
inline Result<std::vector<Flow>> call(FakeLowering& lowering, const Layer& layer, Shape shape, bool masked = false) {
    const Shape maskShape = shape.upTo(std::min<std::size_t>(shape.rank(), 2));
    Flow input{lowering.given("x", Tensor(std::move(shape), 0.5F)), std::nullopt};
    if (masked) input.mask = lowering.given("x_mask", Tensor(maskShape, 1.0F));
    return lowering.lower(layer, {input});
}

inline QString errorOf(const Layer& layer, Shape shape) {
    FakeLowering lowering;
    const auto outputs = call(lowering, layer, std::move(shape));
    return outputs ? QStringLiteral("no error") : QString::fromStdString(outputs.error().text());
}

/// What a layer computes from one input.
inline Result<Tensor> computed(const Layer& layer, const Tensor& x) {
    FakeLowering lowering;
    ATTN_TRY(const std::vector<Flow> outputs, lowering.lower(layer, {{lowering.given("x", x), std::nullopt}}));
    return lowering.evaluate(outputs.front().value);
}

inline constexpr const char* lstmConfig =
    R"({"units": 2, "activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": true})";

inline std::vector<LayerWeight> lstmWeights() {
    return {weight("lstm/lstm_cell/kernel:0", {3, 8}, 0.3F), weight("lstm/lstm_cell/recurrent_kernel:0", {2, 8}, -0.2F),
            weight("lstm/lstm_cell/bias:0", {8}, 0.1F)};
}

}  // namespace attnscope::test
