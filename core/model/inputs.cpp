#include "model/inputs.h"

#include "model/weight_order.h"

#include <algorithm>
#include <array>
#include <limits>

namespace attnscope {

namespace {

using nlohmann::json;

/// Layers that leave numbers as they are in inference, so that ids are still ids behind them.
constexpr std::array rearranging{
    std::string_view("ActivityRegularization"),
    std::string_view("Concatenate"),
    std::string_view("Cropping1D"),
    std::string_view("Dropout"),
    std::string_view("Flatten"),
    std::string_view("InputLayer"),
    std::string_view("Permute"),
    std::string_view("RepeatVector"),
    std::string_view("Reshape"),
    std::string_view("ZeroPadding1D"),
};

/// A config's shape with its batch axis: batch_shape in Keras 3, batch_input_shape before; null if there is none.
json ownShape(const json& config) {
    for (const char* key : {"batch_shape", "batch_input_shape"}) {
        if (!config.is_object()) break;
        if (json shape = config.value(key, json()); shape.is_array()) return shape;
    }
    return nullptr;
}

/// The shape that goes into a layer, as its config or that of a layer inside it says; null if none does.
json batchShape(const LayerEntry& layer) {
    if (json shape = ownShape(layer.config); shape.is_array()) return shape;
    if (modelKind(layer.className, layer.config)) {
        const Result<std::vector<LayerEntry>> inside = readEntries(layer.config);
        if (inside) return batchShape(inside->front());
    }
    if (const Result<std::vector<LayerEntry>> inside = innerEntries(layer); inside && !inside->empty())
        return batchShape(inside->front());
    return nullptr;
}

/// What an input's numbers turn out to be where one layer reads them.
Status readUse(const Layer& layer, std::size_t position, ModelInput& input) {
    if (layer.className == "Embedding" || layer.className == "ReversibleEmbedding") {
        Result<std::int64_t> rows = layer.config.integer("input_dim");
        if (!rows && !layer.weights.empty() && layer.weights[0].tensor->rank() > 0)
            rows = layer.weights[0].tensor->dim(0);
        if (!rows) return fail(std::move(rows).error());
        ATTN_TRY(const bool masksZero, layer.config.flag("mask_zero", false));
        input.vocabularySize = input.tokenIds ? std::min(input.vocabularySize, *rows) : *rows;
        input.tokenIds = true;
        input.masksZero = input.masksZero || masksZero;
    } else if (layer.className == "IntegerLookup") {
        input.tokenIds = true;
    } else if (layer.model != nullptr) {
        if (position >= layer.model->inputs().size()) return {};
        const ModelInput& inside = layer.model->inputs()[position];
        if (!inside.tokenIds) return {};
        input.vocabularySize =
            input.tokenIds ? std::min(input.vocabularySize, inside.vocabularySize) : inside.vocabularySize;
        input.tokenIds = true;
        input.masksZero = input.masksZero || inside.masksZero;
    } else if (layer.inner.size() == 1) {
        return readUse(*layer.inner.front(), position, input);
    }
    return {};
}

constexpr const char* textType = "string";

/// Whether an InputLayer says that it is given text.
bool isText(const Layer& input) {
    const json& config = input.config.json();
    return config.is_object() && config.value("dtype", json()) == textType;
}

/// How a layer, or the model that it is, reads the text at one of its inputs; none if it does not.
std::optional<TextReading> readingOf(const Layer& layer, std::size_t position,
                                     const std::vector<std::optional<std::int64_t>>& extents) {
    if (readsText(layer)) return textReading(layer, extents);
    if (layer.model == nullptr || position >= layer.model->inputs().size()) return std::nullopt;
    std::optional<TextReading> inside = layer.model->inputs()[position].text;
    if (inside) inside->layer = layer.name + "/" + inside->layer;
    return inside;
}

/// A layer that is given an input, and how it reads text.
struct Reader {
    const Layer* layer;
    std::optional<TextReading> reading;
};

std::string textProblem(const std::vector<Reader>& readers, const ModelInput& input) {
    const auto unread = std::ranges::find_if(readers, [](const Reader& reader) { return !reader.reading; });
    if (unread != readers.end())
        return "is text that layer " + unread->layer->name + " (" + unread->layer->className +
               ") is given; TextVectorization or StringLookup was expected in its place";
    if (readers.size() > 1)
        return "is text that layers " + readers[0].layer->name + " and " + readers[1].layer->name +
               " both make token ids of; one layer was expected";
    if (input.extents.size() > 1) return "is a table of texts; one text was expected";
    return "is text that no layer makes token ids of; TextVectorization or StringLookup was expected";
}

/// Finds the layer that makes token ids of an input's text, if it is text: there has to be exactly one, as the graph
/// begins with what it makes.
void findTextLayer(const std::vector<std::shared_ptr<const Layer>>& layers, const std::vector<LayerCall>& calls,
                   std::size_t inputCall, ModelInput& input) {
    std::vector<Reader> readers;
    for (const LayerCall& call : calls) {
        const Layer& layer = *layers[call.layer];
        if (std::ranges::find(readers, &layer, &Reader::layer) != readers.end()) continue;
        for (std::size_t position = 0; position < call.inputs.size(); ++position) {
            if (call.inputs[position].call != inputCall) continue;
            readers.push_back({&layer, readingOf(layer, position, input.extents)});
            break;
        }
    }
    // Hashing also reads numbers, as their decimals.
    const bool hashed = !readers.empty() && readers.front().layer->className == "Hashing";
    if (!isText(*layers[calls[inputCall].layer]) && !hashed) return;
    input.tokenIds = true;
    if (readers.size() == 1 && readers.front().reading && input.extents.size() <= 1) {
        input.text = std::move(readers.front().reading);
        input.extents = input.text->extents;
        input.padding = input.text->padding;
        return;
    }
    input.problem = Error{ErrorCode::Unsupported, textProblem(readers, input), {"input " + input.name}};
}

}  // namespace

Result<LayerEntry> implicitInput(const LayerEntry& first, const json& modelConfig) {
    json shape = batchShape(first);
    if (!shape.is_array() && modelConfig.is_object()) shape = modelConfig.value("build_input_shape", json());
    if (!shape.is_array()) shape = first.buildShape;
    if (!shape.is_array() && first.className == "Embedding")
        shape = json::array({nullptr, first.config.is_object() ? first.config.value("input_length", json()) : json()});
    if (!shape.is_array()) {
        return fail(ErrorCode::Format, "layer " + first.name +
                                           ": the file does not say what shape goes in; batch_input_shape or "
                                           "build_input_shape was expected");
    }
    LayerEntry input;
    input.name = first.name + "_input";
    input.className = "InputLayer";
    input.config = {{"name", input.name}, {"batch_input_shape", std::move(shape)}};
    if (first.className == "TextVectorization" || first.className == "StringLookup") input.config["dtype"] = textType;
    return input;
}

Result<ModelInput> readInput(const Layer& layer) {
    const json shape = ownShape(layer.config.json());
    ModelInput input;
    input.name = layer.name;
    if (!shape.is_array() || shape.empty())
        return fail(ErrorCode::Format,
                    "layer " + layer.name + ": config entry batch_input_shape: a shape was expected");
    for (std::size_t axis = 1; axis < shape.size(); ++axis) {
        if (shape[axis].is_null()) {
            input.extents.emplace_back();
            continue;
        }
        if (!shape[axis].is_number_integer() || shape[axis] < 1 ||
            shape[axis] > std::numeric_limits<std::int32_t>::max()) {
            return fail(ErrorCode::Format, "layer " + layer.name + ": config entry batch_input_shape: axis " +
                                               std::to_string(axis) + " was expected to be a length or null");
        }
        input.extents.emplace_back(shape[axis].get<std::int64_t>());
    }
    return input;
}

Status findTokenIds(const std::vector<std::shared_ptr<const Layer>>& layers, const std::vector<LayerCall>& calls,
                    const std::vector<TensorRef>& inputTensors, std::vector<ModelInput>& inputs) {
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        findTextLayer(layers, calls, inputTensors[index].call, inputs[index]);
        std::vector<bool> carriesIds(calls.size(), false);
        carriesIds[inputTensors[index].call] = true;
        for (std::size_t call = 0; call < calls.size(); ++call) {
            const Layer& layer = *layers[calls[call].layer];
            for (std::size_t position = 0; position < calls[call].inputs.size(); ++position) {
                if (!carriesIds[calls[call].inputs[position].call]) continue;
                if (Status status = readUse(layer, position, inputs[index]); !status)
                    return failWithin("layer " + layer.name, std::move(status).error());
                if (std::ranges::find(rearranging, layer.className) != rearranging.end() || readsText(layer))
                    carriesIds[call] = true;
            }
        }
        if (!inputs[index].extents.empty() && !inputs[index].text)
            inputs[index].padding.length = inputs[index].extents[0];
    }
    return {};
}

}  // namespace attnscope
