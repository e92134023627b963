#include "model/model_reader.h"

#include "model/calls.h"
#include "model/inputs.h"
#include "model/saved_layout.h"
#include "model/weight_order.h"

#include <utility>

namespace attnscope {

Result<std::shared_ptr<Model>> ModelReader::read(const LayerEntry& model, const Era& era, const Archive& archive,
                                                 const Dealer& dealer) {
    return ModelReader(era, archive).readModel(model, dealer, {});
}

Result<std::shared_ptr<Model>> ModelReader::readModel(const LayerEntry& entry, const Dealer& dealer,
                                                      const std::string& place) {
    const std::optional<ModelKind> kind = modelKind(entry.className, entry.config);
    if (!kind) {
        return fail(ErrorCode::Unsupported,
                    "the model is of class " + entry.className +
                        ", whose code is not in the file; a Sequential or functional model was expected");
    }
    ATTN_TRY(std::vector<LayerEntry> entries, readEntries(entry.config));
    ATTN_TRY(std::vector<std::vector<LayerWeight>> weights, dealer(entries));
    std::vector<std::string> places(entries.size());
    if (!m_texts.empty()) {
        ATTN_TRY(places, layerPlaces(entries, savedPlaces()));
    }
    if (*kind == ModelKind::Sequential && entries.front().className != "InputLayer") {
        ATTN_TRY(LayerEntry input, implicitInput(entries.front(), entry.config));
        entries.insert(entries.begin(), std::move(input));
        weights.emplace(weights.begin());
        places.emplace(places.begin());
    }
    const std::shared_ptr<Model> model(new Model);
    model->m_name = entry.name;
    model->m_format = m_format;
    model->m_era = m_era;
    for (std::size_t index = 0; index < entries.size(); ++index) {
        Result<std::shared_ptr<const Layer>> layer =
            readLayer(entries[index], std::move(weights[index]), place + places[index]);
        if (!layer) return failWithin("layer " + entries[index].name, std::move(layer).error());
        model->m_layers.push_back(*std::move(layer));
    }
    ATTN_TRY(Wiring wiring,
             *kind == ModelKind::Sequential ? wireSequential(entries) : wireFunctional(entries, entry.config));
    for (const TensorRef& tensor : wiring.inputs) {
        ATTN_TRY(model->m_inputs.emplace_back(), readInput(*model->m_layers[wiring.calls[tensor.call].layer]));
    }
    ATTN_CHECK(findTokenIds(model->m_layers, wiring.calls, wiring.inputs, model->m_inputs));
    model->m_calls = std::move(wiring.calls);
    model->m_inputTensors = std::move(wiring.inputs);
    model->m_outputTensors = std::move(wiring.outputs);
    return model;
}

/// A layer that was met before keeps its weights where that was; whatever else has its number is another layer.
Result<std::shared_ptr<const Layer>> ModelReader::readLayer(const LayerEntry& entry, std::vector<LayerWeight> weights,
                                                            const std::string& place) {
    if (!entry.sharedId) return readNewLayer(entry, std::move(weights), place);
    const auto met = m_shared.find(*entry.sharedId);
    const bool same = met != m_shared.end() && met->second->name == entry.name &&
                      met->second->className == entry.className && weights.empty();
    if (same) return met->second;
    ATTN_TRY(std::shared_ptr<const Layer> layer, readNewLayer(entry, std::move(weights), place));
    m_shared.insert_or_assign(*entry.sharedId, layer);
    return layer;
}

Result<std::shared_ptr<const Layer>> ModelReader::readNewLayer(const LayerEntry& entry,
                                                               std::vector<LayerWeight> weights,
                                                               const std::string& place) {
    const auto layer = std::make_shared<Layer>();
    layer->name = entry.name;
    layer->className = entry.className;
    layer->operation = entry.operation;
    layer->custom = entry.custom;
    layer->config = Config(entry.config);
    if (modelKind(entry.className, entry.config)) {
        const auto dealer = [&](const std::vector<LayerEntry>& entries) { return deal(entries, std::move(weights)); };
        ATTN_TRY(layer->model, readModel(entry, dealer, place + "/"));
        return layer;
    }
    ATTN_TRY(const std::vector<LayerEntry> inside, innerEntries(entry));
    if (inside.empty()) {
        ATTN_TRY(std::vector<LayerWeight> kept, marked(entry, std::move(weights)));
        layer->weights = currentLayout(entry, std::move(kept), m_era.backend);
        if (const auto text = m_texts.find(place + "/vocabulary.txt"); text != m_texts.end())
            layer->vocabulary = text->second;
        return layer;
    }
    const bool wasInWrapper = std::exchange(m_inWrapper, true);
    ATTN_TRY(std::vector<std::vector<LayerWeight>> dealt, deal(inside, withoutOwn(entry, std::move(weights))));
    for (std::size_t index = 0; index < inside.size(); ++index) {
        Result<std::shared_ptr<const Layer>> inner =
            readLayer(inside[index], std::move(dealt[index]), place + "/" + inside[index].name);
        if (!inner) return failWithin("layer " + inside[index].name, std::move(inner).error());
        layer->inner.push_back(*std::move(inner));
    }
    m_inWrapper = wasInWrapper;
    return layer;
}

/// Whether get_weights() of this Keras lists what is inside layer by layer, rather than all that is trained first:
/// Keras 3 everywhere (keras/src/layers/layer.py, weights), tf.keras in models (tf_keras/src/engine/training.py) but
/// not in other layers (base_layer.py), Keras 2.3.1 in neither (keras/engine/base_layer.py).
bool ModelReader::listsLayerByLayer() const {
    return m_era.generation == Generation::Keras3 || (m_era.generation == Generation::TfKeras2 && !m_inWrapper);
}

Result<std::vector<std::vector<LayerWeight>>> ModelReader::deal(const std::vector<LayerEntry>& layers,
                                                                std::vector<LayerWeight> weights) const {
    if (m_isList && listsLayerByLayer()) return dealInLayerOrder(layers, std::move(weights));
    if (!m_byPlace) return dealOut(layers, std::move(weights));
    // All of them have none, or are shared with others that were met before.
    if (weights.empty()) return std::vector<std::vector<LayerWeight>>(layers.size());
    if (!areNamedByPlace(weights)) return dealOut(layers, std::move(weights));
    return dealByPlace(layers, std::move(weights), savedPlaces());
}

SavedPlaces ModelReader::savedPlaces() const {
    SavedPlaces places{m_era, {}};
    for (const auto& [id, layer] : m_shared) places.met.insert(id);
    return places;
}

}  // namespace attnscope
