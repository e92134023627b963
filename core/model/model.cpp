#include "model/model.h"

#include "model/keras1.h"
#include "model/model_reader.h"
#include "model/shared_layers.h"
#include "model/weight_order.h"
#include "model/weight_places.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace attnscope {

namespace {

using Hands = std::vector<std::vector<LayerWeight>>;

/// Row-major index of a flat one: "[3, 0]".
std::string indexText(const Shape& shape, std::size_t flat) {
    std::string text;
    auto rest = static_cast<std::int64_t>(flat);
    for (const std::int64_t stride : shape.strides()) {
        text += (text.empty() ? "[" : ", ") + std::to_string(rest / stride);
        rest %= stride;
    }
    return text.empty() ? "[]" : text + "]";
}

Status checkFinite(const ArchiveGroup& group) {
    for (const LayerWeight& weight : group.weights) {
        const std::span<const float> numbers = weight.tensor->data();
        const auto bad = std::ranges::find_if(numbers, [](float number) { return !std::isfinite(number); });
        if (bad == numbers.end()) continue;
        const auto at = static_cast<std::size_t>(bad - numbers.begin());
        return fail(ErrorCode::Format,
                    "layer " + group.layer + ": weight " + weight.name + indexText(weight.tensor->shape(), at) +
                        " is " + (std::isnan(*bad) ? "not a number" : "infinite") + "; finite numbers were expected");
    }
    return {};
}

/// The groups that belong to the layers: by name, or, where a file was given other names, by position among the layers
/// that have weights (as load_weights_from_hdf5_group of tf_keras does).
Result<Hands> dealGroups(const std::vector<LayerEntry>& layers, std::vector<ArchiveGroup>& groups) {
    std::erase_if(groups, [](const ArchiveGroup& group) { return group.weights.empty(); });
    // Weights without any names are one list.
    if (groups.size() == 1 && groups.front().layer.empty())
        return dealInLayerOrder(layers, std::move(groups.front().weights));
    Hands hands(layers.size());
    const auto layerNamed = [&](const ArchiveGroup& group) {
        return std::ranges::find(layers, group.layer, &LayerEntry::name);
    };
    if (std::ranges::all_of(groups, [&](const ArchiveGroup& group) { return layerNamed(group) != layers.end(); })) {
        for (ArchiveGroup& group : groups)
            hands[static_cast<std::size_t>(layerNamed(group) - layers.begin())] = std::move(group.weights);
        return hands;
    }
    std::vector<std::size_t> weighted;
    for (std::size_t index = 0; index < layers.size(); ++index) {
        ATTN_TRY(const bool has, mayHaveWeights(layers[index]));
        if (has) weighted.push_back(index);
    }
    if (weighted.size() != groups.size()) {
        return fail(ErrorCode::Shape, "weights of " + std::to_string(groups.size()) + " layers found, " +
                                          std::to_string(weighted.size()) + " expected; their names do not fit either");
    }
    for (std::size_t index = 0; index < groups.size(); ++index)
        hands[weighted[index]] = std::move(groups[index].weights);
    return hands;
}

/// Counts a layer that several models share once, as Keras does.
std::int64_t countOf(const std::vector<std::shared_ptr<const Layer>>& layers, std::set<const Layer*>& counted) {
    std::int64_t count = 0;
    for (const auto& layer : layers) {
        if (!counted.insert(layer.get()).second) continue;
        for (const LayerWeight& weight : layer->weights) count += weight.tensor->shape().elements();
        count += countOf(layer->inner, counted);
        if (layer->model != nullptr) count += countOf(layer->model->layers(), counted);
    }
    return count;
}

/// The layer itself, or one inside it, whose path from here is `name`.
const Layer* layerIn(const Layer& layer, std::string_view name) {
    if (name == layer.name) return &layer;
    if (!name.starts_with(layer.name) || !name.substr(layer.name.size()).starts_with('/')) return nullptr;
    name.remove_prefix(layer.name.size() + 1);
    if (layer.model != nullptr) return layer.model->layerNamed(name);
    for (const auto& inner : layer.inner) {
        if (const Layer* found = layerIn(*inner, name)) return found;
    }
    return nullptr;
}

}  // namespace

std::int64_t Layer::parameterCount() const {
    std::set<const Layer*> counted;
    std::int64_t count = countOf(inner, counted);
    if (model != nullptr) count += countOf(model->layers(), counted);
    for (const LayerWeight& weight : weights) count += weight.tensor->shape().elements();
    return count;
}

const Layer* Model::layerNamed(std::string_view layerName) const {
    for (const auto& layer : m_layers) {
        if (const Layer* found = layerIn(*layer, layerName)) return found;
    }
    return nullptr;
}

std::int64_t Model::parameterCount() const {
    std::set<const Layer*> counted;
    return countOf(m_layers, counted);
}

std::shared_ptr<const Model> Model::ofNumbers(std::int64_t features) {
    const std::shared_ptr<Model> model(new Model);
    const auto input = std::make_shared<Layer>();
    input->name = numbersLayer;
    input->className = "InputLayer";
    model->m_name = numbersLayer;
    model->m_format = "a numeric sequence without a model";
    model->m_layers.push_back(input);
    model->m_calls.emplace_back();
    model->m_inputTensors.push_back({0, 0});
    model->m_inputs.push_back({numbersLayer, {std::nullopt, features}});
    return model;
}

Result<std::shared_ptr<const Model>> Model::fromArchive(Archive archive) {
    if (archive.config.is_null())
        return fail(ErrorCode::Format,
                    "holds weights only; its architecture, as model.to_json() gives it, was expected");
    ATTN_TRY(const Era era, eraOf(archive.framework, archive.version, archive.backend));
    nlohmann::json root = std::move(archive.config);
    if (era.generation == Generation::Keras1) {
        ATTN_TRY(root, upgradeKeras1(std::move(root)));
    }
    if (archive.byPlace) numberSharedLayers(root);
    // The root's name is the model's own; only layers have one beside their config.
    if (root.is_object()) root.erase("name");
    Result<LayerEntry> entry = readEntry(root);
    if (!entry) return failWithin("model_config", std::move(entry).error());
    for (const ArchiveGroup& group : archive.groups) ATTN_CHECK(checkFinite(group));
    ATTN_TRY(std::shared_ptr<const Model> model,
             ModelReader::read(*entry, era, archive, [&](const std::vector<LayerEntry>& layers) {
                 return archive.byPlace ? dealByPlace(layers, placedWeights(std::move(archive.groups)), {era, {}})
                                        : dealGroups(layers, archive.groups);
             }));
    return model;
}

}  // namespace attnscope
