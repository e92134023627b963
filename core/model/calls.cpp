#include "model/calls.h"

#include "model/node_config.h"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>

namespace attnscope {

namespace {

using nlohmann::json;

constexpr std::string_view inputClass = "InputLayer";

/// The calls of one layer, before they are put in order.
struct CalledLayer {
    std::vector<NodeConfig> nodes;
    std::size_t firstCall = 0;           ///< index of its first call among all
    std::int64_t firstNode = 0;          ///< the number by which configs name its first call
    std::vector<std::int64_t> referred;  ///< the numbers by which configs name its calls
};

class FunctionalWiring {
public:
    explicit FunctionalWiring(const std::vector<LayerEntry>& layers) : m_layers(layers) {}

    Result<Wiring> wire(const json& config) {
        for (const std::string_view key : {"input_layers", "output_layers"})
            if (!config.contains(key)) return fail(ErrorCode::Format, "config entry " + std::string(key) + ": missing");
        ATTN_TRY(m_inputs, tensorList(config, "input_layers"));
        ATTN_TRY(m_outputs, tensorList(config, "output_layers"));
        ATTN_CHECK(readCalls());
        if (m_isKeras3) {
            numberKeras3Nodes();
        } else {
            numberKeras2Nodes();
        }
        ATTN_CHECK(connect());
        ATTN_CHECK(order());
        return finish();
    }

private:
    static Result<std::vector<NodeRef>> tensorList(const json& config, const std::string& key) {
        Result<std::vector<NodeRef>> list = readTensorList(config[key]);
        if (list && list->empty()) return fail(ErrorCode::Format, "config entry " + key + ": is empty");
        if (!list) return failWithin("config entry " + key, std::move(list).error());
        return list;
    }

    Status readCalls() {
        for (std::size_t index = 0; index < m_layers.size(); ++index) {
            const LayerEntry& entry = m_layers[index];
            m_byName.emplace(entry.name, index);
            Result<std::vector<NodeConfig>> nodes = readNodes(entry.inbound);
            if (!nodes) return failWithin("layer " + entry.name, std::move(nodes).error());
            if (entry.className == inputClass) nodes->assign(1, NodeConfig{});
            m_isKeras3 =
                m_isKeras3 || (entry.inbound.is_array() && !entry.inbound.empty() && isKeras3Node(entry.inbound[0]));
            CalledLayer called;
            called.firstCall = m_layerOf.size();
            m_layerOf.insert(m_layerOf.end(), nodes->size(), index);
            called.nodes = *std::move(nodes);
            m_called.push_back(std::move(called));
        }
        return {};
    }

    void refer(const NodeRef& ref) {
        if (const auto found = m_byName.find(ref.layer); found != m_byName.end())
            m_called[found->second].referred.push_back(ref.node);
    }

    /// A nested functional model counts as called once before; Keras 3 adds that call in input_layers and output_layers
    /// only (keras/src/models/functional.py, get_config and deserialize_node).
    void numberKeras3Nodes() {
        for (NodeRef& ref : m_outputs) {
            const auto found = m_byName.find(ref.layer);
            if (found == m_byName.end()) continue;
            const LayerEntry& entry = m_layers[found->second];
            if (modelKind(entry.className, entry.config) == ModelKind::Functional) --ref.node;
        }
    }

    /// In Keras 2 a nested model was called once before this model was made, and that call may count as number 0:
    /// always for a functional model, for a Sequential one if its input was known (tf_keras/src/engine/functional.py,
    /// _should_skip_first_node; standalone Keras differed). The references themselves show it, save for unused calls.
    void numberKeras2Nodes() {
        for (const NodeRef& ref : m_inputs) refer(ref);
        for (const NodeRef& ref : m_outputs) refer(ref);
        for (const CalledLayer& called : m_called) {
            for (const NodeConfig& node : called.nodes)
                for (const NodeRef& ref : node.tensors) refer(ref);
        }
        for (std::size_t index = 0; index < m_called.size(); ++index) {
            const LayerEntry& entry = m_layers[index];
            CalledLayer& called = m_called[index];
            const auto kind = modelKind(entry.className, entry.config);
            if (!kind || called.referred.empty()) continue;
            const auto [least, greatest] = std::ranges::minmax(called.referred);
            if (greatest == static_cast<std::int64_t>(called.nodes.size())) {
                called.firstNode = 1;
            } else if (least > 0) {
                const json& inside = entry.config.is_array() ? entry.config : entry.config["layers"];
                const bool knownInput =
                    kind == ModelKind::Functional || (inside.is_array() && !inside.empty() && inside[0].is_object() &&
                                                      inside[0].value("class_name", json()) == inputClass);
                called.firstNode = knownInput ? 1 : 0;
            }
        }
    }

    Result<TensorRef> resolve(const NodeRef& ref) const {
        const auto found = m_byName.find(ref.layer);
        if (found == m_byName.end())
            return fail(ErrorCode::Format, "refers to layer '" + ref.layer + "', which the model does not have");
        const CalledLayer& called = m_called[found->second];
        const auto calls = static_cast<std::int64_t>(called.nodes.size());
        if (ref.node < called.firstNode || ref.node - called.firstNode >= calls) {
            return fail(ErrorCode::Format, "refers to call " + std::to_string(ref.node) + " of layer '" + ref.layer +
                                               "', which has " + std::to_string(calls));
        }
        // No layer gives anywhere near so many outputs; lowering checks the number itself.
        if (ref.tensor < 0 || ref.tensor > 1000000)
            return fail(ErrorCode::Format,
                        "refers to output " + std::to_string(ref.tensor) + " of layer '" + ref.layer + "'");
        return TensorRef{called.firstCall + static_cast<std::size_t>(ref.node - called.firstNode),
                         static_cast<std::size_t>(ref.tensor)};
    }

    Status connect() {
        for (std::size_t index = 0; index < m_called.size(); ++index) {
            for (NodeConfig& node : m_called[index].nodes) {
                LayerCall call;
                call.layer = index;
                call.training = node.training;
                call.positional = std::move(node.positional);
                call.named = std::move(node.named);
                if (Status status = connectTensors(node, call); !status)
                    return failWithin("layer " + m_layers[index].name, std::move(status).error());
                m_calls.push_back(std::move(call));
            }
        }
        return {};
    }

    Status connectTensors(const NodeConfig& node, LayerCall& call) const {
        for (const NodeRef& ref : node.tensors) {
            ATTN_TRY(call.tensors.emplace_back(), resolve(ref));
        }
        for (const std::size_t index : node.inputs) call.inputs.push_back(call.tensors[index]);
        for (const auto& mask : node.masks)
            call.masks.push_back(mask ? std::optional(call.tensors[*mask]) : std::nullopt);
        return {};
    }

    /// Kahn's algorithm; among calls that are ready the file's order decides.
    Status order() {
        std::vector<std::vector<std::size_t>> waiting(m_calls.size());
        std::vector<std::size_t> missing(m_calls.size(), 0);
        const auto wait = [&](std::size_t call, const TensorRef& on) {
            waiting[on.call].push_back(call);
            ++missing[call];
        };
        for (std::size_t call = 0; call < m_calls.size(); ++call) {
            for (const TensorRef& tensor : m_calls[call].tensors) wait(call, tensor);
        }
        std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
        for (std::size_t call = 0; call < m_calls.size(); ++call)
            if (missing[call] == 0) ready.push(call);
        m_place.assign(m_calls.size(), 0);
        while (!ready.empty()) {
            const std::size_t call = ready.top();
            ready.pop();
            m_place[call] = m_order.size();
            m_order.push_back(call);
            for (const std::size_t next : waiting[call])
                if (--missing[next] == 0) ready.push(next);
        }
        if (m_order.size() == m_calls.size()) return {};
        const auto stuck = std::ranges::find_if(missing, [](std::size_t count) { return count > 0; });
        const std::size_t layer = m_calls[static_cast<std::size_t>(stuck - missing.begin())].layer;
        return fail(ErrorCode::Format, "layer " + m_layers[layer].name + ": its input depends on its own output");
    }

    Result<Wiring> finish() {
        Wiring wiring;
        const auto placed = [&](TensorRef ref) {
            ref.call = m_place[ref.call];
            return ref;
        };
        for (const std::size_t index : m_order) {
            LayerCall call = std::move(m_calls[index]);
            std::ranges::transform(call.tensors, call.tensors.begin(), placed);
            std::ranges::transform(call.inputs, call.inputs.begin(), placed);
            for (auto& mask : call.masks)
                if (mask) mask = placed(*mask);
            wiring.calls.push_back(std::move(call));
        }
        std::vector<bool> given(m_layers.size(), false);
        for (const NodeRef& ref : m_inputs) {
            ATTN_TRY(const TensorRef tensor, resolve(ref));
            const std::size_t layer = m_layerOf[tensor.call];
            if (m_layers[layer].className != inputClass || given[layer] || tensor.tensor != 0)
                return fail(ErrorCode::Format,
                            "config entry input_layers: '" + ref.layer + "' is not an InputLayer, or twice");
            given[layer] = true;
            wiring.inputs.push_back(placed(tensor));
        }
        for (std::size_t layer = 0; layer < m_layers.size(); ++layer) {
            if (m_layers[layer].className == inputClass && !given[layer])
                return fail(ErrorCode::Format,
                            "layer " + m_layers[layer].name + ": an InputLayer that input_layers does not list");
        }
        for (const NodeRef& ref : m_outputs) {
            Result<TensorRef> tensor = resolve(ref);
            if (!tensor) return failWithin("config entry output_layers", std::move(tensor).error());
            wiring.outputs.push_back(placed(*tensor));
        }
        return wiring;
    }

    const std::vector<LayerEntry>& m_layers;
    bool m_isKeras3 = false;
    std::vector<NodeRef> m_inputs;
    std::vector<NodeRef> m_outputs;
    std::map<std::string, std::size_t, std::less<>> m_byName;
    std::vector<CalledLayer> m_called;
    std::vector<std::size_t> m_layerOf;  ///< for each call, in the file's order
    std::vector<LayerCall> m_calls;      ///< in the file's order
    std::vector<std::size_t> m_order;    ///< the calls, in an order in which they can run
    std::vector<std::size_t> m_place;    ///< each call's place in that order
};

}  // namespace

Result<Wiring> wireSequential(const std::vector<LayerEntry>& layers) {
    Wiring wiring;
    for (std::size_t index = 0; index < layers.size(); ++index) {
        const bool isInput = layers[index].className == inputClass;
        if (isInput != (index == 0))
            return fail(ErrorCode::Format,
                        "layer " + layers[index].name + ": a Sequential model starts with one InputLayer");
        LayerCall call;
        call.layer = index;
        if (index > 0) call.inputs.push_back({index - 1, 0});
        wiring.calls.push_back(std::move(call));
    }
    wiring.inputs = {{0, 0}};
    wiring.outputs = {{layers.size() - 1, 0}};
    return wiring;
}

Result<Wiring> wireFunctional(const std::vector<LayerEntry>& layers, const json& config) {
    return FunctionalWiring(layers).wire(config);
}

}  // namespace attnscope
