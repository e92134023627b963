#include "model/lost_masks.h"

#include "model/lowering_driver.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace attnscope {

namespace {

/// The tensors that a call is given. In a Sequential model there is one.
const std::vector<TensorRef>& givenTo(const LayerCall& call) {
    return call.tensors.empty() ? call.inputs : call.tensors;
}

/// The calls that outputs need, each behind what it needs (function.py, _build_map()).
std::vector<std::size_t> inBuildOrder(const Model& model) {
    std::vector<std::size_t> built;
    std::vector<bool> seen(model.calls().size(), false);
    for (const TensorRef& output : model.outputTensors()) {
        std::vector<std::pair<std::size_t, std::size_t>> open{{output.call, 0}};  // a call, and its next tensor
        if (seen[output.call]) continue;
        seen[output.call] = true;
        while (!open.empty()) {
            auto& [call, next] = open.back();
            const std::vector<TensorRef>& given = givenTo(model.calls()[call]);
            if (next == given.size()) {
                built.push_back(call);
                open.pop_back();
                continue;
            }
            const std::size_t from = given[next++].call;
            if (!seen[from]) {
                seen[from] = true;
                open.emplace_back(from, 0);
            }
        }
    }
    return built;
}

/// The deepest calls first, and of the same depth those that were met first on the way from the outputs.
std::vector<std::size_t> inRunOrder(const Model& model) {
    std::map<std::size_t, std::size_t> depths;
    std::map<std::size_t, std::size_t> layerDepths;
    std::vector<std::size_t> met;
    const auto reach = [&](std::size_t call, std::size_t depth) {
        const auto [found, isNew] = depths.emplace(call, depth);
        if (isNew) met.push_back(call);
        found->second = std::max(found->second, depth);
    };
    const std::vector<std::size_t> built = inBuildOrder(model);
    for (auto call = built.rbegin(); call != built.rend(); ++call) {
        reach(*call, 0);
        std::size_t& layerDepth = layerDepths[model.calls()[*call].layer];
        layerDepth = std::max(layerDepth, depths.at(*call));
        depths.at(*call) = layerDepth;
        for (const TensorRef& given : givenTo(model.calls()[*call])) reach(given.call, layerDepth + 1);
    }
    std::ranges::stable_sort(met, [&](std::size_t a, std::size_t b) { return depths.at(a) > depths.at(b); });
    return met;
}

/// Query, value and key, wherever they stand among the arguments.
std::vector<TensorRef> attendedTensors(const LayerCall& call) {
    std::vector<TensorRef> found = call.inputs;
    for (const char* name : {"query", "value", "key"}) {
        const auto argument = call.named.find(name);
        if (argument == call.named.end() || !argument->is_object() || !argument->contains("tensor")) continue;
        found.push_back(call.tensors[(*argument)["tensor"].get<std::size_t>()]);
    }
    return found;
}

bool takesMasks(const Layer& layer) {
    return layer.className == "MultiHeadAttention" && layer.config.has("num_heads");
}

/// Layers that, in inference, give the very tensor that they are given ("return inputs" in keras/src/layers).
bool givesItsInput(const Layer& layer) {
    constexpr std::array classes{
        std::string_view("ActivityRegularization"), std::string_view("AlphaDropout"),  std::string_view("Dropout"),
        std::string_view("GaussianDropout"),        std::string_view("GaussianNoise"), std::string_view("Identity"),
        std::string_view("SpatialDropout1D")};
    return !layer.operation && !layer.custom && std::ranges::find(classes, layer.className) != classes.end();
}

/// Goes through the calls of a model and of the models inside it in the order in which Keras runs them.
class MaskWalk {
public:
    /// A tensor of Keras: one and the same in every model that is given it.
    using Tensor = std::size_t;

    /// Runs a model on these tensors; gives its outputs.
    std::vector<Tensor> run(const Model& model, const CallPath& path, const std::vector<Tensor>& inputs) {
        std::map<std::pair<std::size_t, std::size_t>, Tensor> tensors;
        for (std::size_t index = 0; index < inputs.size() && index < model.inputTensors().size(); ++index) {
            const TensorRef& input = model.inputTensors()[index];
            tensors[{input.call, input.tensor}] = inputs[index];
        }
        const auto tensorAt = [&](const TensorRef& ref) {
            const auto [found, isNew] = tensors.emplace(std::pair(ref.call, ref.tensor), m_tensors);
            if (isNew) ++m_tensors;
            return found->second;
        };
        m_lost[path];
        for (const std::size_t place : inRunOrder(model)) {
            const LayerCall& call = model.calls()[place];
            const Layer& layer = *model.layers()[call.layer];
            for (const TensorRef& given : givenTo(call))
                if (m_taken.contains(tensorAt(given))) m_lost[path].insert({place, {given.call, given.tensor}});
            if (layer.model != nullptr) {
                m_calls += layer.model->calls().size();
                if (m_calls > mostCalls) break;  // so many are not lowered either
                std::vector<Tensor> inside;
                for (const TensorRef& given : call.inputs) inside.push_back(tensorAt(given));
                giveBack(call, inside);
                CallPath deeper = path;
                deeper.push_back(place);
                const std::vector<Tensor> outputs = run(*layer.model, deeper, inside);
                for (std::size_t index = 0; index < outputs.size(); ++index) tensors[{place, index}] = outputs[index];
            } else if (takesMasks(layer)) {
                for (const TensorRef& given : attendedTensors(call)) m_taken.insert(tensorAt(given));
            } else if (givesItsInput(layer) && !call.inputs.empty()) {
                tensors[{place, 0}] = tensorAt(call.inputs.front());
            }
        }
        std::vector<Tensor> outputs;
        for (const TensorRef& output : model.outputTensors()) outputs.push_back(tensorAt(output));
        return outputs;
    }

    LostMasks take() && { return std::move(m_lost); }

private:
    /// keras/src/models/functional.py, call(): a mask that a model is called with becomes that of its input.
    void giveBack(const LayerCall& call, const std::vector<Tensor>& inputs) {
        for (std::size_t index = 0; index < call.masks.size() && index < inputs.size(); ++index)
            if (call.masks[index]) m_taken.erase(inputs[index]);
    }

    std::size_t m_calls = 0;  ///< inside nested models
    Tensor m_tensors = 0;
    std::set<Tensor> m_taken;
    LostMasks m_lost;
};

}  // namespace

LostMasks lostMasks(const Model& model) {
    if (!model.era().headsTakeMasks) return {};
    MaskWalk walk;
    walk.run(model, {}, {});
    return std::move(walk).take();
}

}  // namespace attnscope
