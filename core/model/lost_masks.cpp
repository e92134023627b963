#include "model/lost_masks.h"

#include <algorithm>
#include <map>
#include <optional>

namespace attnscope {

namespace {

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
            const std::vector<TensorRef>& given = model.calls()[call].tensors;
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

/// When each call runs: the deepest first, and of the same depth those that were met first on the way from the outputs.
std::map<std::size_t, std::size_t> ranks(const Model& model) {
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
        for (const TensorRef& given : model.calls()[*call].tensors) reach(given.call, layerDepth + 1);
    }
    std::ranges::stable_sort(met, [&](std::size_t a, std::size_t b) { return depths.at(a) > depths.at(b); });
    std::map<std::size_t, std::size_t> ranked;
    for (std::size_t rank = 0; rank < met.size(); ++rank) ranked.emplace(met[rank], rank);
    return ranked;
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

}  // namespace

std::set<GivenTensor> lostMasks(const Model& model) {
    std::set<GivenTensor> lost;
    if (!model.era().headsTakeMasks) return lost;
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> takenAt;  // a tensor, and the rank of who takes its mask
    const std::map<std::size_t, std::size_t> ranked = ranks(model);
    for (const auto& [call, rank] : ranked) {
        const Layer& layer = *model.layers()[model.calls()[call].layer];
        if (layer.className != "MultiHeadAttention" || !layer.config.has("num_heads")) continue;
        for (const TensorRef& tensor : attendedTensors(model.calls()[call])) {
            const auto [found, isNew] = takenAt.emplace(std::pair(tensor.call, tensor.tensor), rank);
            found->second = std::min(found->second, rank);
        }
    }
    for (const auto& [call, rank] : ranked) {
        for (const TensorRef& tensor : model.calls()[call].tensors) {
            const auto taken = takenAt.find({tensor.call, tensor.tensor});
            if (taken != takenAt.end() && taken->second < rank) lost.insert({call, {tensor.call, tensor.tensor}});
        }
    }
    return lost;
}

}  // namespace attnscope
