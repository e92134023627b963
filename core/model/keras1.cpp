#include "model/keras1.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

namespace {

using nlohmann::json;

/// An entry of an object; null if there is none, or no object.
json entryOf(const json& object, const std::string& key) {
    return object.is_object() ? object.value(key, json()) : json();
}

/// What a config entry of some classes was called, and what it is called since Keras 2. Regularizers, constraints and
/// initializers keep their names: they belong to weights, which keep theirs ("dense_1_W").
struct RenameRow {
    std::string_view old;
    std::string_view now;
    std::vector<std::string_view> classes;
};

const std::vector<RenameRow>& renames() {
    static const std::vector<std::string_view> convolutions{"AtrousConvolution1D", "Convolution1D", "Convolution2D",
                                                            "SeparableConvolution2D"};
    static const std::vector<std::string_view> pools{"AveragePooling1D", "MaxPooling1D"};
    static const std::vector<RenameRow> rows{
        {"output_dim", "units", {"Dense", "GRU", "LSTM", "MaxoutDense", "SimpleRNN", "TimeDistributedDense"}},
        {"inner_activation", "recurrent_activation", {"GRU", "LSTM"}},
        {"bias",
         "use_bias",
         {"AtrousConvolution1D", "Convolution1D", "Convolution2D", "Dense", "Highway", "MaxoutDense",
          "SeparableConvolution2D", "TimeDistributedDense"}},
        {"nb_filter", "filters", convolutions},
        {"filter_length", "kernel_size", convolutions},
        {"subsample_length", "strides", convolutions},
        {"subsample", "strides", convolutions},
        {"atrous_rate", "dilation_rate", {"AtrousConvolution1D"}},
        {"border_mode",
         "padding",
         {"AtrousConvolution1D", "AveragePooling1D", "AveragePooling2D", "Convolution1D", "Convolution2D",
          "MaxPooling1D", "MaxPooling2D", "SeparableConvolution2D"}},
        {"pool_length", "pool_size", pools},
        {"stride", "strides", pools},
        {"length", "size", {"UpSampling1D"}},
        {"p", "rate", {"Dropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D"}},
    };
    return rows;
}

void renameEntries(std::string_view className, json& config) {
    for (const RenameRow& row : renames()) {
        const auto found = config.find(row.old);
        if (found == config.end() || std::ranges::find(row.classes, className) == row.classes.end()) continue;
        json value = std::move(*found);
        config.erase(found);
        config[std::string(row.now)] = std::move(value);
    }
    if (const auto order = config.find("dim_ordering"); order != config.end()) {
        config["data_format"] = *order == "th" ? "channels_first" : "channels_last";
        config.erase("dim_ordering");
    }
    if ((className == "Convolution2D" || className == "SeparableConvolution2D") && config.contains("nb_row") &&
        config.contains("nb_col"))
        config["kernel_size"] = {config["nb_row"], config["nb_col"]};
    // A GRU of Keras 1 applies its reset gate before the recurrent product.
    if (className == "GRU") config["reset_after"] = false;
    if (className == "ZeroPadding1D" && config.contains("padding") && config["padding"].is_object())
        config["padding"] = {config["padding"].value("left_pad", 0), config["padding"].value("right_pad", 0)};
}

Status upgradeLayer(json& entry);

/// An old Sequential model kept no class for its layers but as their name (Sequential.from_config,
/// normalize_legacy_config).
void giveClass(json& entry) {
    if (!entry.is_object() || entry.contains("class_name") || !entry.contains("name")) return;
    json config = std::move(entry);
    json name = config.value("custom_name", json());
    entry = {{"class_name", config["name"]}};
    config["name"] = std::move(name);
    entry["config"] = std::move(config);
}

/// Models inside a Sequential one have no names in the file; each gets one of its own.
void nameModels(json& layers) {
    std::set<std::string> taken;
    for (json& entry : layers) {
        if (!entry.is_object() || !entry.contains("config") || !entry["config"].is_array()) continue;
        std::string name = "sequential_1";
        for (int number = 2; !taken.insert(name).second; ++number) name = "sequential_" + std::to_string(number);
        if (!entry.contains("name")) entry["name"] = name;
    }
}

Status upgradeList(json& layers) {
    for (json& entry : layers) {
        giveClass(entry);
        ATTN_CHECK(upgradeLayer(entry));
    }
    nameModels(layers);
    return {};
}

/// One branch of a Merge, or the layers behind it, as a chain of layers of a functional model.
class FunctionalChain {
public:
    explicit FunctionalChain(std::string name) { m_config["name"] = std::move(name); }

    /// Adds a model whose layers follow each other, the first perhaps a Merge; gives the reference to its output.
    Result<json> addSequence(json layers) {
        if (layers.empty()) return fail(ErrorCode::Format, "a branch of the Merge layer has no layers");
        json at;
        std::size_t next = 0;
        giveClass(layers[0]);
        if (entryOf(layers[0], "class_name") == "Merge") {
            ATTN_TRY(at, addMerge(std::move(layers[0])));
            next = 1;
        } else {
            ATTN_TRY(at, addInput(layers[0]));
        }
        for (; next < layers.size(); ++next) {
            giveClass(layers[next]);
            ATTN_TRY(at, addLayer(std::move(layers[next]), json::array({at})));
        }
        return at;
    }

    json finish(json output) && {
        m_config["output_layers"] = json::array({std::move(output)});
        return std::move(m_config);
    }

private:
    Result<json> addBranch(json branch) {
        if (!branch.is_object() || !branch.contains("config"))
            return fail(ErrorCode::Format, "config entry layers of the Merge layer: models were expected");
        json& config = branch["config"];
        if (config.is_array()) return addSequence(std::move(config));
        if (entryOf(branch, "class_name") == "Model") return addModel(std::move(config));
        return addSequence(json::array({std::move(branch)}));
    }

    Result<json> addLayer(json entry, json inputs) {
        if (!entry.is_object() || !entry.contains("config")) return fail(ErrorCode::Format, "a layer without config");
        const json name = entry.contains("name") ? entry["name"] : entryOf(entry["config"], "name");
        entry["name"] = name;
        entry["inbound_nodes"] = json::array({std::move(inputs)});
        m_config["layers"].push_back(std::move(entry));
        return json::array({name, 0, 0});
    }

    Result<json> addMerge(json merge) {
        json branches = entryOf(entryOf(merge, "config"), "layers");
        if (!branches.is_array() || branches.empty())
            return fail(ErrorCode::Format, "config entry layers of the Merge layer: models were expected");
        json inputs = json::array();
        for (json& branch : branches) {
            ATTN_TRY(inputs.emplace_back(), addBranch(std::move(branch)));
        }
        merge["config"].erase("layers");
        return addLayer(std::move(merge), std::move(inputs));
    }

    /// The InputLayer that a Sequential model makes for its first layer (Layer.create_input_layer).
    Result<json> addInput(const json& first) {
        const json& config = first.is_object() && first.contains("config") ? first["config"] : first;
        if (!config.is_object() || !config.contains("batch_input_shape") || !entryOf(config, "name").is_string())
            return fail(ErrorCode::Format,
                        "the first layer of a branch of the Merge layer: a name and a "
                        "batch_input_shape were expected");
        const std::string name = config["name"].get<std::string>() + "_input";
        m_config["layers"].push_back({{"class_name", "InputLayer"},
                                      {"name", name},
                                      {"config", {{"name", name}, {"batch_input_shape", config["batch_input_shape"]}}},
                                      {"inbound_nodes", json::array()}});
        m_config["input_layers"].push_back({name, 0, 0});
        return json::array({name, 0, 0});
    }

    Result<json> addModel(json config) {
        const json outputs = entryOf(config, "output_layers");
        if (!outputs.is_array() || outputs.size() != 1)
            return fail(ErrorCode::Unsupported, "a branch of the Merge layer: a model with one output was expected");
        for (const char* key : {"layers", "input_layers"}) {
            for (const json& item : entryOf(config, key)) m_config[key].push_back(item);
        }
        return outputs[0];
    }

    json m_config = {{"layers", json::array()}, {"input_layers", json::array()}};
};

/// A Sequential model that starts with a Merge, as a functional one with the layers in the order of flattened_layers.
Result<json> functionalFrom(json layers, std::string name) {
    FunctionalChain chain(std::move(name));
    ATTN_TRY(json output, chain.addSequence(std::move(layers)));
    return std::move(chain).finish(std::move(output));
}

bool startsWithMerge(const json& layers) {
    if (!layers.is_array() || layers.empty() || !layers[0].is_object()) return false;
    const json& first = layers[0];
    return first.value("class_name", first.value("name", json())) == "Merge";
}

Status upgradeLayer(json& entry) {
    if (!entry.is_object() || !entry.contains("config")) return {};
    json& config = entry["config"];
    const json className = entryOf(entry, "class_name");
    if (startsWithMerge(config)) {
        const json name = entryOf(entry, "name");
        ATTN_TRY(config, functionalFrom(std::move(config), name.is_string() ? name.get<std::string>() : "sequential"));
        entry["class_name"] = "Model";
    }
    if (config.is_array()) return upgradeList(config);
    if (!config.is_object()) return {};
    if (config.contains("layers") && config["layers"].is_array()) return upgradeList(config["layers"]);
    if (config.contains("layer")) return upgradeLayer(config["layer"]);
    if (className.is_string()) renameEntries(className.get<std::string>(), config);
    return {};
}

}  // namespace

Result<json> upgradeKeras1(json model) {
    ATTN_CHECK(upgradeLayer(model));
    return model;
}

}  // namespace attnscope
