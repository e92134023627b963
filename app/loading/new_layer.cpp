#include "loading/new_layer.h"

#include <algorithm>

namespace attnscope {

std::string sequenceLayer(const Model& model) {
    const auto isEmbedding = [](const auto& layer) { return layer->className == "Embedding"; };
    const auto embedding = std::ranges::find_if(model.layers(), isEmbedding);
    return embedding != model.layers().end() ? (*embedding)->name : model.inputs().front().name;
}

std::string newLayerName(const Model& model, const std::vector<AddedLayer>& added) {
    const auto isTaken = [&](const std::string& name) {
        return model.layerNamed(name) != nullptr || std::ranges::find(added, name, &AddedLayer::name) != added.end();
    };
    std::size_t number = 1;
    while (isTaken("new_" + std::to_string(number))) ++number;
    return "new_" + std::to_string(number);
}

}  // namespace attnscope
