#include "layers/activations.h"

#include "layers/composite_activations.h"
#include "layers/lower_functions.h"
#include "layers/support.h"
#include "ops/softmax.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

using nlohmann::json;

struct ActivationRow {
    std::string_view name;
    UnaryKind kind;
};

// tf_keras/src/activations.py; relu6, silu and leaky_relu are Keras 3's names. hard_sigmoid depends on the era.
constexpr std::array activationRows{
    ActivationRow{"linear", UnaryKind::Identity},   ActivationRow{"relu", UnaryKind::Relu},
    ActivationRow{"sigmoid", UnaryKind::Sigmoid},   ActivationRow{"tanh", UnaryKind::Tanh},
    ActivationRow{"softplus", UnaryKind::Softplus}, ActivationRow{"softsign", UnaryKind::Softsign},
    ActivationRow{"selu", UnaryKind::Selu},         ActivationRow{"elu", UnaryKind::Elu},
    ActivationRow{"exponential", UnaryKind::Exp},   ActivationRow{"gelu", UnaryKind::Gelu},
    ActivationRow{"swish", UnaryKind::Swish},       ActivationRow{"silu", UnaryKind::Swish},
    ActivationRow{"mish", UnaryKind::Mish},         ActivationRow{"hard_sigmoid", UnaryKind::HardSigmoid},
    ActivationRow{"relu6", UnaryKind::Relu6},       ActivationRow{"celu", UnaryKind::Elu},
};

struct ActivationLayerRow {
    std::string_view className;
    LowerFunction lower;
};

constexpr std::array activationLayers{
    ActivationLayerRow{"ReLU", lowerReluLayer},
    ActivationLayerRow{"LeakyReLU", lowerLeakyRelu},
    ActivationLayerRow{"ELU", lowerEluLayer},
    ActivationLayerRow{"Softmax", lowerSoftmaxLayer},
    ActivationLayerRow{"ThresholdedReLU", lowerThresholdedRelu},
};

/// What a config entry says: the name of a function or of an activation layer, and that layer's own config.
struct NamedActivation {
    std::string name = "linear";
    json config = json::object();
};

/// A function without a name is {"class_name": "__lambda__", "config": {"value": [code, defaults, closure]}}
/// (keras/src/saving/serialization_lib.py), of which an activation keeps the config alone (activations/__init__.py).
bool isPythonCode(const json& entry) {
    if (!entry.is_object()) return false;
    const json dump = entry.value("value", json());
    return entry.value("class_name", json()) == "__lambda__" ||
           (dump.is_array() && dump.size() == 3 && dump[0].is_string());
}

Result<NamedActivation> readActivation(const Config& config, std::string_view key) {
    if (!config.has(key)) return NamedActivation{};
    const json& entry = *config.json().find(key);
    if (entry.is_string()) return NamedActivation{entry.get<std::string>(), json::object()};
    if (isPythonCode(entry))
        return fail(ErrorCode::PythonCode,
                    "config entry " + std::string(key) + " contains Python code; it is shown, not run");
    const auto className = entry.is_object() ? entry.find("class_name") : entry.end();
    if (!entry.is_object() || className == entry.end() || !className->is_string())
        return fail(ErrorCode::Format, "config entry " + std::string(key) + ": the name of an activation expected");
    NamedActivation result{className->get<std::string>(), json::object()};
    const auto inner = entry.find("config");
    // Functions are saved as {"class_name": "function", "config": "relu"}, layers with a config of their own.
    if (inner != entry.end() && inner->is_string()) result.name = inner->get<std::string>();
    if (inner != entry.end() && inner->is_object()) result.config = *inner;
    return result;
}

std::optional<UnaryKind> elementwiseKind(const Era& era, std::string_view name) {
    const auto row = std::ranges::find(activationRows, name, &ActivationRow::name);
    if (row == activationRows.end()) return std::nullopt;
    if (row->kind == UnaryKind::HardSigmoid && era.hardSigmoid3) return UnaryKind::HardSigmoid3;
    return row->kind;
}

tl::unexpected<Error> unknownActivation(std::string_view key, const std::string& name) {
    if (name == "threshold")
        return fail(ErrorCode::Unsupported, "config entry " + std::string(key) +
                                                ": 'threshold' needs two numbers, which a layer does not give it");
    return fail(ErrorCode::Unsupported,
                "config entry " + std::string(key) + ": activation '" + name + "' is not known");
}

}  // namespace

Result<ValueId> activate(Lowering& lowering, const Config& config, ValueId x, std::string_view key) {
    ATTN_TRY(const NamedActivation activation, readActivation(config, key));
    if (const auto kind = elementwiseKind(lowering.era(), activation.name)) {
        if (*kind == UnaryKind::Identity) return x;
        return unary(lowering, *kind, x, activation.name);
    }
    if (activation.name == "softmax" || activation.name == "softmax_v2") {
        const std::size_t rank = lowering.graph().shape(x).rank();
        ATTN_TRY(const std::size_t axis, axisOf(-1, rank));
        return lowering.graph().add(std::make_shared<Softmax>(axis), {x}, "softmax");
    }
    if (const CompositeActivation apply = compositeActivation(activation.name)) return apply(lowering, x);
    // Keras 3: tf_keras has it as the layer LeakyReLU only.
    if (activation.name == "leaky_relu")
        return lowering.graph().add(std::make_shared<Unary>(UnaryKind::LeakyRelu, 0.2F), {x}, "leaky_relu");
    const auto row = std::ranges::find(activationLayers, activation.name, &ActivationLayerRow::className);
    if (row == activationLayers.end()) return unknownActivation(key, activation.name);
    Layer layer;
    layer.className = activation.name;
    layer.config = Config(activation.config);
    ATTN_TRY(const std::vector<Flow> outputs, row->lower(lowering, layer, single(x)));
    return outputs.front().value;
}

namespace {

Result<UnaryKind> kindOf(Lowering& lowering, const NamedActivation& activation, std::string_view key) {
    if (const auto kind = elementwiseKind(lowering.era(), activation.name)) return *kind;
    if (activation.name == "softmax" || activation.name == "softmax_v2")
        return fail(ErrorCode::Unsupported,
                    "config entry " + std::string(key) +
                        ": softmax found, an activation that works element by element expected");
    if (compositeActivation(activation.name) != nullptr)
        return fail(ErrorCode::Unsupported, "config entry " + std::string(key) + ": " + activation.name +
                                                " found, which is known for the outputs of layers only");
    return unknownActivation(key, activation.name);
}

}  // namespace

Result<UnaryKind> elementwiseActivation(Lowering& lowering, const Config& config, std::string_view key) {
    ATTN_TRY(const NamedActivation activation, readActivation(config, key));
    return kindOf(lowering, activation, key);
}

Result<UnaryKind> cellActivation(Lowering& lowering, const Config& config, std::string_view key,
                                 std::string_view fallback) {
    ATTN_TRY(NamedActivation activation, readActivation(config, key));
    // A config that says null means linear; one that says nothing means the default of its time.
    if (!config.json().contains(key)) {
        activation.name = fallback;
        lowering.note("layer " + lowering.graph().layer() + ": config entry " + std::string(key) + " is missing; " +
                      activation.name + " is assumed");
    }
    return kindOf(lowering, activation, key);
}

Result<std::vector<Flow>> lowerActivation(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/core/activation.py; the mask passes.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const ValueId y, activate(lowering, layer.config, inputs[0].value));
    return single(y, inputs[0].mask);
}

}  // namespace attnscope
