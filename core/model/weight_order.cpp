#include "model/weight_order.h"

#include "base/text.h"
#include "layers/config.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

namespace attnscope {

namespace {

using nlohmann::json;

/// How many weights a layer has. Files list the trainable ones first (tf_keras/src/saving/legacy/hdf5_format.py,
/// _legacy_weights), so a frozen layer inside a model moves to the end of the model's list.
struct WeightCount {
    std::size_t trainable = 0;
    std::size_t fixed = 0;
    [[nodiscard]] std::size_t all() const { return trainable + fixed; }
};

struct CountRow {
    std::string_view className;
    std::size_t always;                   ///< weights that the class always has
    std::vector<std::string_view> flags;  ///< config entries that each stand for one weight more; true by default
    std::size_t fixed = 0;                ///< weights that are never trained
};

const std::vector<CountRow>& countTable() {
    static const std::vector<CountRow> rows{
        {"AtrousConvolution1D", 1, {"use_bias"}},
        {"BatchNormalization", 0, {"scale", "center"}, 2},
        {"BatchNormalizationV1", 0, {"scale", "center"}, 2},
        {"Conv1D", 1, {"use_bias"}},
        {"Conv1DTranspose", 1, {"use_bias"}},
        {"Conv2D", 1, {"use_bias"}},
        {"ConvLSTM1D", 2, {"use_bias"}},
        {"Convolution1D", 1, {"use_bias"}},
        {"Convolution1DTranspose", 1, {"use_bias"}},
        {"Convolution2D", 1, {"use_bias"}},
        {"CuDNNGRU", 3, {}},
        {"CuDNNLSTM", 3, {}},
        {"Dense", 1, {"use_bias"}},
        {"DepthwiseConv1D", 1, {"use_bias"}},
        {"DepthwiseConv2D", 1, {"use_bias"}},
        {"Embedding", 1, {}},
        {"GRU", 2, {"use_bias"}},
        {"GRUCell", 2, {"use_bias"}},
        {"GroupNormalization", 0, {"scale", "center"}},
        {"Highway", 2, {"use_bias", "use_bias"}},
        {"LSTM", 2, {"use_bias"}},
        {"LSTMCell", 2, {"use_bias"}},
        {"LayerNormalization", 0, {"scale", "center"}},
        {"LocallyConnected1D", 1, {"use_bias"}},
        {"MaxoutDense", 1, {"use_bias"}},
        {"PReLU", 1, {}},
        {"ParametricSoftplus", 2, {}},
        {"RMSNormalization", 1, {}},
        {"ReversibleEmbedding", 1, {}},
        {"SReLU", 4, {}},
        {"SeparableConv1D", 2, {"use_bias"}},
        {"SeparableConv2D", 2, {"use_bias"}},
        {"SeparableConvolution1D", 2, {"use_bias"}},
        {"SeparableConvolution2D", 2, {"use_bias"}},
        {"SimpleRNN", 2, {"use_bias"}},
        {"SimpleRNNCell", 2, {"use_bias"}},
        {"SyncBatchNormalization", 0, {"scale", "center"}, 2},
        {"TimeDistributedDense", 1, {"use_bias"}},
    };
    return rows;
}

constexpr std::array weightless{
    std::string_view("Activation"),
    std::string_view("ActivityRegularization"),
    std::string_view("AdaptiveAveragePooling1D"),
    std::string_view("AdaptiveMaxPooling1D"),
    std::string_view("Add"),
    std::string_view("AlphaDropout"),
    std::string_view("Average"),
    std::string_view("AveragePooling1D"),
    std::string_view("AveragePooling2D"),
    std::string_view("Concatenate"),
    std::string_view("Cropping1D"),
    std::string_view("Cropping2D"),
    std::string_view("Dot"),
    std::string_view("Dropout"),
    std::string_view("ELU"),
    std::string_view("Flatten"),
    std::string_view("GaussianDropout"),
    std::string_view("GaussianNoise"),
    std::string_view("GlobalAveragePooling1D"),
    std::string_view("GlobalAveragePooling2D"),
    std::string_view("GlobalMaxPooling1D"),
    std::string_view("GlobalMaxPooling2D"),
    std::string_view("Hashing"),
    std::string_view("Identity"),
    std::string_view("InputLayer"),
    std::string_view("IntegerLookup"),
    std::string_view("LeakyReLU"),
    std::string_view("Masking"),
    std::string_view("MaxPooling1D"),
    std::string_view("MaxPooling2D"),
    std::string_view("Maximum"),
    std::string_view("Merge"),
    std::string_view("Minimum"),
    std::string_view("Multiply"),
    std::string_view("Permute"),
    std::string_view("ReLU"),
    std::string_view("RepeatVector"),
    std::string_view("Reshape"),
    std::string_view("Softmax"),
    std::string_view("SpatialDropout1D"),
    std::string_view("SpatialDropout2D"),
    std::string_view("StringLookup"),
    std::string_view("Subtract"),
    std::string_view("TextVectorization"),
    std::string_view("ThresholdedReLU"),
    std::string_view("UnitNormalization"),
    std::string_view("UpSampling1D"),
    std::string_view("UpSampling2D"),
    std::string_view("ZeroPadding1D"),
    std::string_view("ZeroPadding2D"),
};

Result<bool> isTrainable(const LayerEntry& layer) {
    return layer.config.is_object() ? Config(layer.config).flag("trainable", true) : Result<bool>(true);
}

/// The arrays of a layer of Keras 1 that keeps each gate's apart, which it did unless told to save work on a GPU
/// (keras/layers/recurrent.py of 1.2.2; later configs have no consume_less).
Result<std::optional<WeightCount>> countOfGates(const LayerEntry& layer) {
    const Config config(layer.config);
    const bool gated = layer.className == "LSTM" || layer.className == "GRU";
    if (!gated || !config.has("consume_less")) return std::nullopt;
    ATTN_TRY(const std::string mode, config.text("consume_less", ""));
    if (mode == "gpu") return std::nullopt;
    return WeightCount{layer.className == "LSTM" ? std::size_t{12} : std::size_t{9}, 0};
}

/// Lookup layers of this mode have a weight for each word, which Keras 2 keeps among the others and Keras 3 does not.
bool weighsWords(const LayerEntry& layer) {
    return layer.config.is_object() && layer.config.value("output_mode", json()) == "tf_idf";
}

/// An ordinary layer's weights before its own `trainable` is looked at; none for a class that is not known.
Result<std::optional<WeightCount>> countOfClass(const LayerEntry& layer) {
    if (weighsWords(layer)) return std::nullopt;
    if (std::ranges::find(weightless, layer.className) != weightless.end()) return WeightCount{};
    const auto row = std::ranges::find(countTable(), layer.className, &CountRow::className);
    if (row == countTable().end()) return std::nullopt;
    ATTN_TRY(const std::optional<WeightCount> gates, countOfGates(layer));
    if (gates) return gates;
    const Config config(layer.config);
    WeightCount count{row->always, row->fixed};
    for (const std::string_view flag : row->flags) {
        ATTN_TRY(const bool present, config.flag(flag, true));
        count.trainable += present ? 1U : 0U;
    }
    ATTN_TRY(const bool renormalizes, config.flag("renorm", false));
    if (layer.className == "BatchNormalization" && renormalizes) count.fixed += 3;
    // keras/src/layers/core/dense.py, enable_lora: two matrices are trained in place of the kernel.
    if (config.has("lora_rank")) count = WeightCount{count.trainable + 1, count.fixed + 1};
    ATTN_TRY(const bool tied, config.flag("tie_weights", true));
    if (layer.className == "ReversibleEmbedding" && !tied) ++count.trainable;
    return count;
}

Result<std::optional<WeightCount>> countOf(const LayerEntry& layer) {
    ATTN_TRY(const std::vector<LayerEntry> inside, layersInside(layer));
    std::optional<WeightCount> count;
    if (inside.empty()) {
        ATTN_TRY(count, countOfClass(layer));
    } else {
        count = WeightCount{};
        for (const LayerEntry& child : inside) {
            ATTN_TRY(const std::optional<WeightCount> part, countOf(child));
            if (!part) return std::nullopt;
            count->trainable += part->trainable;
            count->fixed += part->fixed;
        }
        if (layer.className == "SpectralNormalization") ++count->fixed;
    }
    ATTN_TRY(const bool trainable, isTrainable(layer));
    if (count && !trainable) count = WeightCount{0, count->all()};
    return count;
}

/// Adds the names of all layers inside, at any depth.
Status collectNames(const LayerEntry& layer, std::set<std::string>& names) {
    ATTN_TRY(const std::vector<LayerEntry> inside, layersInside(layer));
    for (const LayerEntry& child : inside) {
        names.insert(child.name);
        ATTN_CHECK(collectNames(child, names));
    }
    return {};
}

/// The layer that a weight's name speaks of: a part of the path is its name, or the name of a layer inside it.
std::optional<std::size_t> ownerByName(const std::vector<LayerEntry>& layers,
                                       const std::vector<std::set<std::string>>& inside, const std::string& weight) {
    std::vector<std::string> parts = split(weight, '/');
    parts.pop_back();
    for (const std::string& part : parts) {
        const auto named = std::ranges::find(layers, part, &LayerEntry::name);
        if (named != layers.end()) return static_cast<std::size_t>(named - layers.begin());
    }
    for (const std::string& part : parts) {
        const auto holds = [&](const std::set<std::string>& names) { return names.contains(part); };
        if (std::ranges::count_if(inside, holds) == 1)
            return static_cast<std::size_t>(std::ranges::find_if(inside, holds) - inside.begin());
    }
    return std::nullopt;
}

using Counts = std::vector<std::optional<WeightCount>>;
using Hands = std::vector<std::vector<LayerWeight>>;

/// None if the names do not tell the layers apart, or tell otherwise than the classes.
Result<std::optional<Hands>> dealByName(const std::vector<LayerEntry>& layers, const Counts& counts,
                                        const std::vector<LayerWeight>& weights) {
    std::vector<std::set<std::string>> inside(layers.size());
    for (std::size_t index = 0; index < layers.size(); ++index) ATTN_CHECK(collectNames(layers[index], inside[index]));
    Hands hands(layers.size());
    for (const LayerWeight& weight : weights) {
        const std::optional<std::size_t> owner = ownerByName(layers, inside, weight.name);
        if (!owner) return std::nullopt;
        hands[*owner].push_back(weight);
    }
    for (std::size_t index = 0; index < layers.size(); ++index)
        if (counts[index] && counts[index]->all() != hands[index].size()) return std::nullopt;
    return hands;
}

/// All trainable weights stand before all others, each part in the order of the layers.
Result<Hands> dealByPosition(const std::vector<LayerEntry>& layers, const Counts& counts,
                             const std::vector<LayerWeight>& weights) {
    WeightCount total;
    for (std::size_t index = 0; index < layers.size(); ++index) {
        if (!counts[index]) {
            return fail(ErrorCode::UnknownLayer, "layer " + layers[index].name + ": class " + layers[index].className +
                                                     " is not known, so it cannot be told which weights are its own");
        }
        total.trainable += counts[index]->trainable;
        total.fixed += counts[index]->fixed;
    }
    if (total.all() != weights.size()) {
        return fail(ErrorCode::Shape, std::to_string(weights.size()) + " weights found, " +
                                          std::to_string(total.all()) + " expected for the layers inside");
    }
    Hands hands(layers.size());
    auto trainable = weights.begin();
    auto fixed = weights.begin() + static_cast<std::ptrdiff_t>(total.trainable);
    for (std::size_t index = 0; index < layers.size(); ++index) {
        for (std::size_t taken = 0; taken < counts[index]->trainable; ++taken) hands[index].push_back(*trainable++);
        for (std::size_t taken = 0; taken < counts[index]->fixed; ++taken) hands[index].push_back(*fixed++);
    }
    return hands;
}

/// The layer inside a wrapper, under the name that Bidirectional gives its halves.
Result<LayerEntry> wrapped(const json& config, std::string_view key, std::string_view prefix) {
    if (!config.is_object() || !config.contains(key))
        return fail(ErrorCode::Format, "config entry " + std::string(key) + ": missing, a layer was expected");
    Result<LayerEntry> entry = readEntry(config[std::string(key)]);
    if (!entry) return failWithin("config entry " + std::string(key), std::move(entry).error());
    // Keras 3 saves the halves of a Bidirectional under the names they have inside it.
    if (!entry->name.starts_with(prefix)) entry->name = std::string(prefix) + entry->name;
    return entry;
}

/// Whether a Bidirectional is in a config, at any depth.
bool holdsBidirectional(const json& value) {
    if (!value.is_structured()) return false;
    if (value.is_object()) {
        const auto className = value.find("class_name");
        if (className != value.end() && className->is_string() &&
            className->get_ref<const std::string&>().ends_with("Bidirectional"))
            return true;
    }
    return std::ranges::any_of(value, holdsBidirectional);
}

}  // namespace

Result<std::vector<LayerEntry>> innerEntries(const LayerEntry& layer) {
    std::vector<LayerEntry> inner;
    if (layer.className == "TimeDistributed" || layer.className == "SpectralNormalization") {
        ATTN_TRY(inner.emplace_back(), wrapped(layer.config, "layer", ""));
    } else if (layer.className == "Bidirectional") {
        ATTN_TRY(inner.emplace_back(), wrapped(layer.config, "layer", "forward_"));
        if (Config(layer.config).has("backward_layer")) {
            ATTN_TRY(inner.emplace_back(), wrapped(layer.config, "backward_layer", "backward_"));
        } else {
            // tf_keras/src/layers/rnn/bidirectional.py: a copy that runs the other way. Copies of copies would have no
            // end, and it takes recurrent layers only.
            if (holdsBidirectional(layer.config["layer"]))
                return fail(ErrorCode::Format,
                            "config entry layer: a recurrent layer was expected, one with a Bidirectional in it found");
            ATTN_TRY(LayerEntry backward, wrapped(layer.config, "layer", "backward_"));
            ATTN_TRY(const bool backwards, Config(backward.config).flag("go_backwards", false));
            backward.config["go_backwards"] = !backwards;
            inner.push_back(std::move(backward));
        }
    } else if (layer.className == "RNN") {
        ATTN_TRY(LayerEntry cell, wrapped(layer.config, "cell", ""));
        if (cell.className != "StackedRNNCells") return std::vector<LayerEntry>{std::move(cell)};
        const json cells = cell.config.is_object() ? cell.config.value("cells", json()) : json();
        if (!cells.is_array() || cells.empty())
            return fail(ErrorCode::Format, "config entry cells: a list of cells was expected");
        for (const json& item : cells) {
            ATTN_TRY(inner.emplace_back(), readEntry(item));
        }
    }
    return inner;
}

Result<std::vector<LayerEntry>> layersInside(const LayerEntry& layer) {
    return modelKind(layer.className, layer.config) ? readEntries(layer.config) : innerEntries(layer);
}

std::vector<LayerWeight> withoutOwn(const LayerEntry& wrapper, std::vector<LayerWeight> weights) {
    if (wrapper.className != "SpectralNormalization") return weights;
    std::erase_if(weights, [](const LayerWeight& weight) {
        return weight.name.starts_with("vars/") || weight.name.find("vector_u") != std::string::npos;
    });
    return weights;
}

Result<bool> mayHaveWeights(const LayerEntry& layer) {
    ATTN_TRY(const std::optional<WeightCount> count, countOf(layer));
    return !count || count->all() > 0;
}

Result<Hands> dealInLayerOrder(const std::vector<LayerEntry>& layers, std::vector<LayerWeight> weights) {
    std::size_t known = 0;
    std::optional<std::size_t> unknown;
    std::vector<std::size_t> counts;
    for (const LayerEntry& layer : layers) {
        ATTN_TRY(const std::optional<WeightCount> count, countOf(layer));
        if (!count && unknown)
            return fail(ErrorCode::UnknownLayer, "layer " + layer.name + ": class " + layer.className +
                                                     " is not known, so it cannot be told which weights are its own");
        if (!count) unknown = counts.size();
        counts.push_back(count ? count->all() : 0);
        known += counts.back();
    }
    if (known > weights.size() || (!unknown && known < weights.size())) {
        return fail(ErrorCode::Shape, std::to_string(weights.size()) + " weights found, " + std::to_string(known) +
                                          " expected for the layers of the model");
    }
    if (unknown) counts[*unknown] = weights.size() - known;
    Hands hands(layers.size());
    auto next = std::make_move_iterator(weights.begin());
    for (std::size_t index = 0; index < layers.size(); ++index) {
        const auto end = next + static_cast<std::ptrdiff_t>(counts[index]);
        hands[index].assign(next, end);
        next = end;
    }
    return hands;
}

Result<std::vector<LayerWeight>> marked(const LayerEntry& layer, std::vector<LayerWeight> weights) {
    ATTN_TRY(const std::optional<WeightCount> count, countOfClass(layer));
    ATTN_TRY(const bool trainable, isTrainable(layer));
    for (std::size_t index = 0; index < weights.size(); ++index)
        weights[index].trainable = trainable && (!count || index < count->trainable);
    return weights;
}

Result<std::vector<std::vector<LayerWeight>>> dealOut(const std::vector<LayerEntry>& layers,
                                                      std::vector<LayerWeight> weights) {
    Counts counts;
    for (const LayerEntry& layer : layers) {
        ATTN_TRY(counts.emplace_back(), countOf(layer));
    }
    // The only layer inside has them all, and a missing one is for its lowering to name.
    if (layers.size() == 1) return Hands{std::move(weights)};
    ATTN_TRY(std::optional<Hands> byName, dealByName(layers, counts, weights));
    if (byName) return *std::move(byName);
    return dealByPosition(layers, counts, weights);
}

}  // namespace attnscope
