#include "model/model_config.h"

#include "model/node_config.h"

#include <algorithm>
#include <set>

namespace attnscope {

namespace {

using nlohmann::json;

/// Names stand in messages of one line and in the names of values.
Status checkName(const std::string& name) {
    constexpr std::size_t longest = 1024;
    if (name.size() > longest)
        return fail(ErrorCode::Limit, "a layer's name or class needs " + std::to_string(name.size()) +
                                          " bytes, limit " + std::to_string(longest) + ": " + name.substr(0, 60) + "…");
    const bool plain = !name.empty() && std::ranges::none_of(name, [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
    });
    if (plain) return {};
    return fail(ErrorCode::Format, "a layer's name or class is empty or holds control characters");
}

/// Where an archive says a class comes from; empty where it does not.
std::string moduleOf(const json& entry) {
    const auto module = entry.find("module");
    return module != entry.end() && module->is_string() ? module->get<std::string>() : std::string();
}

/// Keras 3 saves the operations between layers as nodes. An archive names their module; a .h5 file drops it, but only
/// layers have `trainable` in their config (keras/src/layers/layer.py and keras/src/ops/operation.py, get_config).
bool isOperation(const json& entry, const json& config) {
    if (const std::string module = moduleOf(entry); !module.empty())
        return module.starts_with("keras.src.ops") || module.starts_with("keras.ops");
    const auto nodes = entry.find("inbound_nodes");
    const bool keras3 = nodes != entry.end() && nodes->is_array() && !nodes->empty() && isKeras3Node((*nodes)[0]);
    return keras3 && config.is_object() && !config.contains("trainable");
}

/// An archive names no module, or another one, for classes that are not Keras's own.
bool isCustom(const json& entry) {
    if (!entry.contains("module")) return false;
    const std::string module = moduleOf(entry);
    return module.find("keras") == std::string::npos || entry.value("registered_name", json()).is_string();
}

}  // namespace

std::optional<ModelKind> modelKind(std::string_view className, const json& config) {
    const bool hasLayers = config.is_object() && config.contains("layers");
    if (className == "Sequential" && (config.is_array() || hasLayers)) return ModelKind::Sequential;
    if (hasLayers && config.contains("input_layers") && config.contains("output_layers")) return ModelKind::Functional;
    return std::nullopt;
}

Result<LayerEntry> readEntry(const json& entry) {
    if (!entry.is_object() || !entry.contains("class_name") || !entry["class_name"].is_string())
        return fail(ErrorCode::Format, "a layer without class_name");
    LayerEntry result;
    result.className = entry["class_name"].get<std::string>();
    // Before Keras 2.2.3 a Sequential's config was a list.
    const bool isList = entry.contains("config") && entry["config"].is_array() && result.className == "Sequential";
    if (!entry.contains("config") || !(entry["config"].is_object() || isList))
        return fail(ErrorCode::Format, "a layer of class " + result.className + " without config");
    result.config = entry["config"];
    result.inbound = entry.value("inbound_nodes", json());
    result.operation = isOperation(entry, result.config);
    result.custom = !result.operation && isCustom(entry);
    // A registered class is called "package>Name" in .h5 files.
    if (const std::size_t package = result.className.rfind('>'); package != std::string::npos) {
        result.className.erase(0, package + 1);
        result.custom = true;
    }
    const auto build = entry.find("build_config");
    if (build != entry.end() && build->is_object()) result.buildShape = build->value("input_shape", json());
    // serialization_lib.py of Keras 2.12 and later, record_object_after_serialization. The older serialization, which
    // names no module, numbers objects anew in each model inside.
    const auto shared = entry.find("shared_object_id");
    if (entry.contains("module") && shared != entry.end() && shared->is_number_integer())
        result.sharedId = shared->get<std::int64_t>();
    const json* name = nullptr;
    if (entry.contains("name")) {
        name = &entry["name"];
    } else if (result.config.is_object() && result.config.contains("name")) {
        name = &result.config["name"];
    }
    if (name == nullptr && isList) {  // it had no name either
        result.name = "sequential";
    } else if (name != nullptr && name->is_string()) {
        result.name = name->get<std::string>();
    } else {
        return fail(ErrorCode::Format, "a layer of class " + result.className + " without a name");
    }
    ATTN_CHECK(checkName(result.name));
    ATTN_CHECK(checkName(result.className));
    return result;
}

Result<std::vector<LayerEntry>> readEntries(const json& modelConfig) {
    const json& list = modelConfig.is_array() ? modelConfig : modelConfig["layers"];
    if (!list.is_array()) return fail(ErrorCode::Format, "config entry layers: a list was expected");
    if (list.empty()) return fail(ErrorCode::Format, "the model has no layers");
    constexpr std::size_t most = 20'000;
    if (list.size() > most)
        return fail(ErrorCode::Limit,
                    "the model needs " + std::to_string(list.size()) + " layers, limit " + std::to_string(most));
    std::vector<LayerEntry> entries;
    std::set<std::string> names;
    for (const json& item : list) {
        ATTN_TRY(LayerEntry entry, readEntry(item));
        if (!names.insert(entry.name).second)
            return fail(ErrorCode::Format, "two layers are named '" + entry.name + "'");
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace attnscope
