#include "model/model_config.h"

#include <algorithm>
#include <set>

namespace attnscope {

namespace {

using nlohmann::json;

constexpr std::string_view constantMarker = "_CONSTANT_VALUE";

/// `["lstm", 0, 0]`, perhaps with kwargs behind it.
bool isReference(const json& value) {
    return value.is_array() && (value.size() == 3 || value.size() == 4) && value[0].is_string() &&
           value[1].is_number_integer() && value[2].is_number_integer();
}

bool isConstant(const json& value) {
    return value.is_array() && value.size() >= 3 && value[0].is_string() &&
           value[0].get_ref<const std::string&>() == constantMarker;
}

NodeRef reference(const json& value) {
    return {value[0].get<std::string>(), value[1].get<std::int64_t>(), value[2].get<std::int64_t>()};
}

/// The references and constants inside lists and objects of any nesting, in tf.nest's order.
Status flatten(const json& value, std::vector<const json*>& found) {
    if (isConstant(value) || isReference(value)) {
        found.push_back(&value);
        return {};
    }
    if (!value.is_array() && !value.is_object())
        return fail(ErrorCode::Format, "a reference such as [\"layer\", 0, 0] was expected");
    for (const json& item : value) ATTN_CHECK(flatten(item, found));
    return {};
}

bool holdsReference(const json& value) {
    if (isReference(value)) return true;
    return value.is_structured() && std::ranges::any_of(value, holdsReference);
}

/// `mask=` is one tensor, or a list with null where an input has none.
Status readMasks(const json& value, NodeConfig& node) {
    if (isReference(value)) {
        node.masks = {reference(value)};
        return {};
    }
    if (!value.is_array())
        return fail(ErrorCode::Format, "its argument mask: a tensor or a list of tensors was expected");
    for (const json& item : value) {
        if (item.is_null()) {
            node.masks.emplace_back();
        } else if (isReference(item)) {
            node.masks.emplace_back(reference(item));
        } else {
            return fail(ErrorCode::Format, "its argument mask: a tensor was expected");
        }
    }
    return {};
}

Status readKeywords(const json& keywords, NodeConfig& node) {
    for (const auto& [name, value] : keywords.items()) {
        if (name == "mask" && !value.is_null()) {
            ATTN_CHECK(readMasks(value, node));
        } else if (name == "initial_state" && holdsReference(value)) {
            std::vector<const json*> states;
            ATTN_CHECK(flatten(value, states));
            for (const json* state : states) node.inputs.push_back(reference(*state));
        } else if (name == "training") {
            node.training = value == true || value == 1;
        } else if (holdsReference(value)) {
            node.unsupported = "it is given a tensor as its argument " + name + ", which is not supported yet";
        }
    }
    return {};
}

Result<NodeConfig> readNode(const json& value) {
    std::vector<const json*> references;
    ATTN_CHECK(flatten(value, references));
    NodeConfig node;
    for (const json* item : references) {
        if (isConstant(*item)) {
            node.unsupported = "one of its inputs is a constant, which is not supported yet";
        } else {
            node.inputs.push_back(reference(*item));
        }
    }
    // Every input repeats the call's keyword arguments (tf_keras/src/engine/node.py, Node.serialize).
    if (!references.empty() && references.front()->size() == 4 && (*references.front())[3].is_object())
        ATTN_CHECK(readKeywords((*references.front())[3], node));
    return node;
}

/// Names stand in messages of one line and in the names of values.
Status checkName(const std::string& name) {
    const bool plain = !name.empty() && std::ranges::none_of(name, [](char letter) {
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
    });
    if (plain) return {};
    return fail(ErrorCode::Format, "a layer's name or class is empty or holds control characters");
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

Result<std::vector<NodeConfig>> readNodes(const LayerEntry& entry) {
    std::vector<NodeConfig> nodes;
    if (entry.inbound.is_null()) return nodes;
    if (!entry.inbound.is_array()) return fail(ErrorCode::Format, "config entry inbound_nodes: a list was expected");
    for (const json& item : entry.inbound) {
        Result<NodeConfig> node = readNode(item);
        if (!node) return failWithin("config entry inbound_nodes", std::move(node).error());
        nodes.push_back(*std::move(node));
    }
    return nodes;
}

Result<std::vector<NodeRef>> readTensorList(const json& value) {
    std::vector<const json*> references;
    ATTN_CHECK(flatten(value, references));
    std::vector<NodeRef> result;
    for (const json* item : references) {
        if (isConstant(*item)) return fail(ErrorCode::Format, "a layer's output was expected, a constant found");
        result.push_back(reference(*item));
    }
    return result;
}

}  // namespace attnscope
