#include "layers/quantized_layer.h"

#include "layers/support.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

using nlohmann::json;

constexpr std::array quantizedClasses{
    std::string_view("Dense"),
    std::string_view("EinsumDense"),
    std::string_view("Embedding"),
    std::string_view("ReversibleEmbedding"),
};

/// keras/src/quantizers/quantizers.py, AbsMaxQuantizer: inputs become whole numbers of a range.
struct Steps {
    float lowest = -127.0F;
    float highest = 127.0F;
    float epsilon = 1e-7F;
};

/// An entry of an object that is an object itself; null for anything else.
const json* objectIn(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_object() ? &*found : nullptr;
}

/// How inputs are rounded: as the layer's quantization_config has it, and before there was one (up to Keras 3.12) as by
/// default; none if only the weights are quantized.
Result<std::optional<Steps>> inputSteps(const Config& config) {
    const json* quantization = objectIn(config.json(), "quantization_config");
    const json* own = quantization == nullptr ? nullptr : objectIn(*quantization, "config");
    if (own == nullptr) return Steps{};
    const json* quantizer = objectIn(*own, "activation_quantizer");
    if (quantizer == nullptr) return std::nullopt;
    const json* entries = objectIn(*quantizer, "config");
    if (entries == nullptr || quantizer->value("class_name", json()) != "AbsMaxQuantizer")
        return fail(ErrorCode::Unsupported,
                    "config entry activation_quantizer: " + quantizer->dump() + " found, AbsMaxQuantizer expected");
    Steps steps;
    const Config numbers(*entries);
    ATTN_TRY(steps.epsilon, numbers.number("epsilon", steps.epsilon));
    if (numbers.has("value_range")) {
        ATTN_TRY(const std::vector<std::int64_t> range, numbers.integers("value_range"));
        if (range.size() != 2 || range[0] < -128 || range[1] > 127 || range[0] >= range[1])
            return fail(ErrorCode::Format, "config entry value_range: two numbers from -128 to 127 expected");
        steps.lowest = static_cast<float>(range[0]);
        steps.highest = static_cast<float>(range[1]);
    }
    return steps;
}

/// The numbers that the rounded inputs stand for: steps as fine as the largest number along `axes` allows.
Result<ValueId> roundedInputs(Lowering& lowering, ValueId x, const Steps& steps, const std::vector<std::size_t>& axes) {
    ATTN_TRY(ValueId scale, unary(lowering, UnaryKind::Abs, x));
    ATTN_TRY(scale, reduce(lowering, ReduceKind::Max, scale, axes, true, "largest"));
    ATTN_TRY(scale, binary(lowering, BinaryKind::Add, scale, steps.epsilon, "epsilon"));
    const ValueId highest = lowering.graph().scalar("highest", steps.highest);
    ATTN_TRY(scale, binary(lowering, BinaryKind::Divide, highest, scale, "scale"));
    ATTN_TRY(ValueId y, binary(lowering, BinaryKind::Multiply, x, scale));
    ATTN_TRY(y, unary(lowering, UnaryKind::Round, y, "whole_numbers"));
    ATTN_TRY(y, binary(lowering, BinaryKind::Maximum, y, steps.lowest, "lowest"));
    ATTN_TRY(y, binary(lowering, BinaryKind::Minimum, y, highest));
    return binary(lowering, BinaryKind::Divide, y, scale, "rounded_input");
}

/// numbers / scale; `place(i)` tells which scale the i-th number has.
template <typename Place>
TensorPtr divided(const Tensor& numbers, const Tensor& scale, const Place& place) {
    Tensor result = numbers;
    for (std::size_t i = 0; i < result.size(); ++i) result[i] /= scale[place(i)];
    return share(std::move(result));
}

/// One scale for each index of an axis of the numbers.
Result<TensorPtr> dividedAlong(const Tensor& numbers, const Tensor& scale, std::size_t axis) {
    if (numbers.rank() != 2 || scale.shape() != Shape{numbers.dim(axis)})
        return fail(ErrorCode::Shape, "weights of shape " + numbers.shape().text() + " and scales of shape " +
                                          scale.shape().text() + " found, which do not fit each other");
    const auto columns = static_cast<std::size_t>(numbers.dim(1));
    return divided(numbers, scale, [&](std::size_t i) { return axis == 0 ? i / columns : i % columns; });
}

/// The letters of an EinsumDense, which Keras quantizes only where there is no ellipsis: "abc,cd->abd".
struct Letters {
    std::string input;
    std::string kernel;
    std::string output;
};

Result<Letters> lettersOf(const Config& config) {
    ATTN_TRY(const std::string equation, config.text("equation", ""));
    const std::size_t comma = equation.find(',');
    const std::size_t arrow = equation.find("->");
    if (comma == std::string::npos || arrow == std::string::npos || arrow < comma ||
        equation.find('.') != std::string::npos)
        return fail(ErrorCode::Format, "config entry equation: \"" + equation + "\" found, as in abc,cd->abd expected");
    return Letters{equation.substr(0, comma), equation.substr(comma + 1, arrow - comma - 1),
                   equation.substr(arrow + 2)};
}

/// keras/src/layers/core/einsum_dense.py, _adjust_scale_for_quant: the scales have the axes of the output, 1 where the
/// kernel has none of it.
Result<TensorPtr> dividedByLetters(const Tensor& kernel, const Tensor& scale, const Letters& letters) {
    const auto wrong = [&] {
        return fail(ErrorCode::Shape, "kernel " + kernel.shape().text() + " and scales " + scale.shape().text() +
                                          " found, which do not fit the equation");
    };
    if (kernel.rank() != letters.kernel.size() || scale.rank() != letters.output.size()) return wrong();
    std::vector<std::size_t> strides(kernel.rank(), 0);  // of the scales, along the kernel's axes
    std::size_t covered = 1;
    for (std::size_t axis = 0; axis < kernel.rank(); ++axis) {
        const std::size_t place = letters.output.find(letters.kernel[axis]);
        if (place == std::string::npos) continue;
        if (scale.dim(place) != kernel.dim(axis)) return wrong();
        strides[axis] = static_cast<std::size_t>(scale.shape().from(place + 1).elements());
        covered *= static_cast<std::size_t>(kernel.dim(axis));
    }
    if (covered != scale.size()) return wrong();
    return divided(kernel, scale, [&](std::size_t i) {
        std::size_t at = 0;
        for (std::size_t axis = kernel.rank(); axis-- > 0;) {
            const auto extent = static_cast<std::size_t>(kernel.dim(axis));
            at += i % extent * strides[axis];
            i /= extent;
        }
        return at;
    });
}

/// The layer with its weights as the numbers that they stand for. In the file a kernel comes first, its scales last
/// (variable_serialization_spec); embeddings are each followed by theirs.
Result<Layer> withPlainWeights(const Layer& layer) {
    Layer plain = layer;
    std::vector<LayerWeight>& weights = plain.weights;
    const bool embeds = layer.className.ends_with("Embedding");
    if (weights.size() < 2 || (embeds && weights.size() % 2 != 0))
        return fail(ErrorCode::Shape,
                    std::to_string(weights.size()) + " weights found, weights and their scales expected");
    if (embeds) {
        for (std::size_t i = 0; i + 1 < plain.weights.size(); ++i) {
            // The rows of the table; the columns of the one that leads back.
            ATTN_TRY(weights[i].tensor, dividedAlong(*weights[i].tensor, *weights[i + 1].tensor, i));
            weights.erase(weights.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
        return plain;
    }
    const TensorPtr scale = weights.back().tensor;
    weights.pop_back();
    if (layer.className == "Dense") {
        ATTN_TRY(weights[0].tensor, dividedAlong(*weights[0].tensor, *scale, 1));
    } else {
        ATTN_TRY(const Letters letters, lettersOf(layer.config));
        ATTN_TRY(weights[0].tensor, dividedByLetters(*weights[0].tensor, *scale, letters));
    }
    return plain;
}

/// The axes of the input that the layer sums over.
Result<std::vector<std::size_t>> summedAxes(const Layer& layer, const Shape& input) {
    if (layer.className != "EinsumDense") return axesOf({-1}, input.rank());
    ATTN_TRY(const Letters letters, lettersOf(layer.config));
    if (letters.input.size() != input.rank())
        return fail(ErrorCode::Shape, "input: shape " + input.text() + " found, axes " + letters.input + " expected");
    std::vector<std::size_t> axes;
    for (std::size_t axis = 0; axis < letters.input.size(); ++axis)
        if (letters.kernel.find(letters.input[axis]) != std::string::npos &&
            letters.output.find(letters.input[axis]) == std::string::npos)
            axes.push_back(axis);
    return axes;
}

}  // namespace

std::string quantizationOf(const Layer& layer) {
    if (std::ranges::find(quantizedClasses, layer.className) == quantizedClasses.end()) return {};
    // Keras 3.3 wrote {"name": "int8_from_float32"}, later versions {"mode": "int8", "source_name": "float32"}.
    const json* policy = objectIn(layer.config.json(), "dtype");
    const json* config = policy == nullptr ? nullptr : objectIn(*policy, "config");
    if (config == nullptr) return {};
    if (const json mode = config->value("mode", json()); mode.is_string()) return mode.get<std::string>();
    const json name = config->value("name", json());
    const std::string text = name.is_string() ? name.get<std::string>() : std::string();
    const std::size_t from = text.find("_from_");
    return from == std::string::npos ? std::string() : text.substr(0, from);
}

Result<std::vector<Flow>> lowerQuantized(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         LowerFunction lower) {
    if (const std::string mode = quantizationOf(layer); mode != "int8")
        return fail(ErrorCode::Unsupported, "its weights are quantized to " + mode + "; only int8 is read");
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const Layer plain, withPlainWeights(layer));
    ATTN_TRY(const bool reverse, Config(lowering.arguments().named).flag("reverse", false));
    const bool looksUp = layer.className.ends_with("Embedding") && !reverse;
    ATTN_TRY(const std::optional<Steps> steps, inputSteps(layer.config));
    if (looksUp || !steps) return lower(lowering, plain, inputs);
    ATTN_TRY(const std::vector<std::size_t> axes, summedAxes(layer, lowering.graph().shape(inputs[0].value)));
    ATTN_TRY(const ValueId x, roundedInputs(lowering, inputs[0].value, *steps, axes));
    return lower(lowering, plain, {Flow{x, inputs[0].mask}});
}

}  // namespace attnscope
