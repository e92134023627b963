#include "model/precision.h"

namespace attnscope {

namespace {

using nlohmann::json;

/// The name in a config's dtype: "mixed_float16", {"class_name": "Policy", "config": {"name": "mixed_float16"}}, and of
/// what a quantized policy computes in, {"config": {"mode": "int8", "source_name": "mixed_bfloat16"}}.
std::string policyOf(const json& config) {
    const json dtype = config.is_object() ? config.value("dtype", json()) : json();
    if (dtype.is_string()) return dtype.get<std::string>();
    const json own = dtype.is_object() ? dtype.value("config", json()) : json();
    for (const char* key : {"source_name", "name"}) {
        const json name = own.is_object() ? own.value(key, json()) : json();
        if (name.is_string()) return name.get<std::string>();
    }
    return {};
}

std::optional<HalfPrecision> halfPrecisionIn(const Layer& layer) {
    if (layer.model != nullptr) return halfPrecision(*layer.model);
    for (const auto& inner : layer.inner)
        if (auto found = halfPrecisionIn(*inner)) return found;
    const std::string policy = policyOf(layer.config.json());
    // An input only says what it is given; operations follow their inputs.
    if (!policy.ends_with("float16") || layer.className == "InputLayer") return std::nullopt;
    return HalfPrecision{layer.name, policy};
}

}  // namespace

std::optional<HalfPrecision> halfPrecision(const Model& model) {
    for (const auto& layer : model.layers())
        if (auto found = halfPrecisionIn(*layer)) return found;
    return std::nullopt;
}

}  // namespace attnscope
