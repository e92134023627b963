#include "model/node_config.h"

#include <algorithm>
#include <array>

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

json tensorAt(std::size_t index) {
    return {{"tensor", index}};
}

std::optional<std::size_t> tensorIndex(const json& argument) {
    if (!argument.is_object() || !argument.contains("tensor")) return std::nullopt;
    return argument["tensor"].get<std::size_t>();
}

/// The tensors in an argument, in tf.nest's order.
void collectTensors(const json& argument, std::vector<std::size_t>& found) {
    if (const auto index = tensorIndex(argument)) {
        found.push_back(*index);
    } else if (argument.is_structured()) {
        for (const json& item : argument) collectTensors(item, found);
    }
}

std::vector<std::size_t> tensorsIn(const json& argument) {
    std::vector<std::size_t> found;
    collectTensors(argument, found);
    return found;
}

/// Whether anything but tensors is in an argument.
bool holdsOther(const json& argument) {
    if (tensorIndex(argument)) return false;
    return !argument.is_structured() || std::ranges::any_of(argument, holdsOther);
}

/// Keras 2: the positional argument with its tensors taken out of it.
Result<json> takeFirst(const json& value, NodeConfig& node) {
    if (isConstant(value)) return value[2];
    if (isReference(value)) {
        node.tensors.push_back(reference(value));
        return tensorAt(node.tensors.size() - 1);
    }
    if (!value.is_structured()) return fail(ErrorCode::Format, "a reference such as [\"layer\", 0, 0] was expected");
    json result = value.is_array() ? json::array() : json::object();
    for (const auto& [key, item] : value.items()) {
        ATTN_TRY(json part, takeFirst(item, node));
        if (value.is_array()) {
            result.push_back(std::move(part));
        } else {
            result[key] = std::move(part);
        }
    }
    return result;
}

/// Keras 2: a keyword argument; here anything may stand beside the tensors.
json takeKeyword(const json& value, NodeConfig& node) {
    if (isConstant(value)) return value[2];
    if (isReference(value)) {
        node.tensors.push_back(reference(value));
        return tensorAt(node.tensors.size() - 1);
    }
    if (!value.is_structured()) return value;
    json result = value;
    for (json& item : result) item = takeKeyword(item, node);
    return result;
}

/// The keyword arguments, which every input repeats (tf_keras/src/engine/node.py, Node.serialize).
const json* keywordsOf(const json& value) {
    if (isConstant(value) || isReference(value)) return value.size() == 4 && value[3].is_object() ? &value[3] : nullptr;
    return value.is_structured() && !value.empty() ? keywordsOf(*value.begin()) : nullptr;
}

Status readKeras2(const json& value, NodeConfig& node) {
    // A single tensor is a list of one; only layers of operations (TFOpLambda) keep it bare.
    const bool single = value.is_array() && value.size() == 1 && !isConstant(value) && !isReference(value);
    ATTN_TRY(json first, takeFirst(single ? value[0] : value, node));
    node.positional.push_back(std::move(first));
    if (const json* keywords = keywordsOf(value)) {
        for (const auto& [name, argument] : keywords->items()) node.named[name] = takeKeyword(argument, node);
    }
    return {};
}

/// Keras 3: an argument as keras/src/saving/serialization_lib.py, serialize_keras_object, writes it.
Result<json> takeKeras3(const json& value, NodeConfig& node) {
    if (value.is_array()) {
        json result = json::array();
        for (const json& item : value) {
            ATTN_TRY(result.emplace_back(), takeKeras3(item, node));
        }
        return result;
    }
    if (!value.is_object()) return value;
    const auto found = value.find("class_name");
    if (found == value.end() || !found->is_string()) {
        json result = json::object();
        for (const auto& [key, item] : value.items()) {
            ATTN_TRY(result[key], takeKeras3(item, node));
        }
        return result;
    }
    const auto& className = found->get_ref<const std::string&>();
    const json config = value.value("config", json::object());
    if (className == "__tuple__") return takeKeras3(value.value("items", json::array()), node);
    if (className == "__ellipsis__") return json{{"ellipsis", true}};
    if (className == "__slice__" && config.is_object()) {
        return json{
            {"slice", {config.value("start", json()), config.value("stop", json()), config.value("step", json())}}};
    }
    if ((className == "__tensor__" || className == "__numpy__") && config.is_object())
        return config.value("value", json());
    if (className == "__keras_tensor__") {
        const json history = config.is_object() ? config.value("keras_history", json()) : json();
        if (!isReference(history))
            return fail(ErrorCode::Format, "a __keras_tensor__ without keras_history [\"layer\", 0, 0]");
        node.tensors.push_back(reference(history));
        return tensorAt(node.tensors.size() - 1);
    }
    return value;  // an object of another kind, such as a dtype policy
}

Status readKeras3(const json& value, NodeConfig& node) {
    for (const std::string_view part : {"args", "kwargs"}) {
        if (!value.contains(part)) return fail(ErrorCode::Format, std::string(part) + ": missing");
        ATTN_TRY(json taken, takeKeras3(value[std::string(part)], node));
        const bool fits = part == "args" ? taken.is_array() : taken.is_object();
        if (!fits) return fail(ErrorCode::Format, std::string(part) + ": a list or an object was expected");
        (part == "args" ? node.positional : node.named) = std::move(taken);
    }
    return {};
}

/// `mask=` is one tensor, or a list with null where an input has none.
Status readMasks(const json& value, NodeConfig& node) {
    if (const auto index = tensorIndex(value)) {
        node.masks = {index};
        return {};
    }
    if (!value.is_array())
        return fail(ErrorCode::Format, "its argument mask: a tensor or a list of tensors was expected");
    for (const json& item : value) {
        node.masks.emplace_back(tensorIndex(item));
        if (!item.is_null() && !node.masks.back())
            return fail(ErrorCode::Format, "its argument mask: a tensor was expected");
    }
    return {};
}

/// Names under which layers take what goes in, for calls that name it.
constexpr std::array inputNames{std::string_view("inputs"), std::string_view("sequences"), std::string_view("sequence"),
                                std::string_view("query"), std::string_view("x")};

/// What of the arguments every layer understands.
Status interpret(NodeConfig& node) {
    node.inputs = tensorsIn(node.positional);
    for (const auto& [name, value] : node.named.items()) {
        if (name == "mask" && !value.is_null()) {
            ATTN_CHECK(readMasks(value, node));
        } else if (name == "training") {
            node.training = value == true || value == 1;
        } else if (node.inputs.empty() && std::ranges::find(inputNames, name) != inputNames.end()) {
            node.inputs = tensorsIn(value);
        }
    }
    if (node.named.contains("initial_state")) {
        const std::vector<std::size_t> states = tensorsIn(node.named["initial_state"]);
        node.inputs.insert(node.inputs.end(), states.begin(), states.end());
    }
    return {};
}

Result<NodeConfig> readNode(const json& value) {
    NodeConfig node;
    ATTN_CHECK(isKeras3Node(value) ? readKeras3(value, node) : readKeras2(value, node));
    ATTN_CHECK(interpret(node));
    return node;
}

}  // namespace

bool isKeras3Node(const json& node) {
    return node.is_object() && node.contains("args");
}

Result<std::vector<NodeConfig>> readNodes(const json& inbound) {
    std::vector<NodeConfig> nodes;
    if (inbound.is_null()) return nodes;
    if (!inbound.is_array()) return fail(ErrorCode::Format, "config entry inbound_nodes: a list was expected");
    for (const json& item : inbound) {
        Result<NodeConfig> node = readNode(item);
        if (!node) return failWithin("config entry inbound_nodes", std::move(node).error());
        nodes.push_back(*std::move(node));
    }
    return nodes;
}

Result<std::vector<NodeRef>> readTensorList(const json& value) {
    NodeConfig node;
    ATTN_TRY(const json tensors, takeFirst(value, node));
    if (holdsOther(tensors)) return fail(ErrorCode::Format, "a layer's output was expected, a constant found");
    return std::move(node.tensors);
}

}  // namespace attnscope
