#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"
#include "layers/weight_terms.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <string>

namespace attnscope {
namespace {

using Json = nlohmann::ordered_json;

std::string inputShape(const ModelInput& input) {
    std::string text = "(";
    for (const auto& extent : input.extents) {
        if (text.size() > 1) text += ", ";
        text += extent ? std::to_string(*extent) : "?";
    }
    return text + ")";
}

std::string padded(std::string text, std::size_t width) {
    // Names may hold any script; counting code points is close enough for a table in a terminal.
    const auto length = static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
    return text.append(length < width ? width - length : 1, ' ');
}

/// What the config of a layer without layers inside says about it alone, not what every layer has.
Json ownConfig(const Layer& layer) {
    constexpr std::array common{std::string_view("name"), std::string_view("trainable"), std::string_view("dtype"),
                                std::string_view("batch_input_shape")};
    Json own = Json::object();
    if (layer.model != nullptr || !layer.inner.empty()) return own;
    for (const auto& [key, value] : layer.config.json().items()) {
        if (std::ranges::find(common, key) == common.end()) own[key] = value;
    }
    return own;
}

Json layerJson(const LayerSummary& layer) {
    Json json{{"name", layer.name},   {"class", layer.className},
              {"shape", layer.shape}, {"parameters", layer.parameters},
              {"depth", layer.depth}, {"site", layer.isSite}};
    if (!layer.problem.empty()) json["problem"] = layer.problem;
    if (!layer.formula.empty()) json["formula"] = layer.formula;
    if (!layer.otherFormulas.empty()) json["otherFormulas"] = layer.otherFormulas;
    json["weights"] = Json::array();
    for (const WeightSummary& weight : layer.weights)
        json["weights"].push_back({{"name", weight.name}, {"shape", weight.shape}});
    if (layer.layer && (layer.needsFormula || !layer.formula.empty())) json["config"] = ownConfig(*layer.layer);
    return json;
}

Json termsJson(const std::string& layer, const WeightTerms& terms) {
    Json json{{"layer", layer}, {"weight", terms.weight}};
    if (!terms.initializer.empty()) json["initializer"] = terms.initializer;
    if (!terms.regularizer.empty()) {
        json["regularizer"] = terms.regularizer;
        if (terms.penalty) json["penalty"] = *terms.penalty;
    }
    if (!terms.constraint.empty()) {
        json["constraint"] = terms.constraint;
        if (terms.holds) json["holds"] = *terms.holds;
    }
    return json;
}

/// Why an input cannot be given what it wants.
std::optional<std::string> inputProblem(const ModelInput& input) {
    if (input.problem) return input.problem->text();
    if (input.text && input.text->problem) return input.text->problem->text();
    return std::nullopt;
}

bool makesItsTokenIds(const ModelInput& input) {
    return input.text && input.text->tokenizer;
}

std::string jsonText(const OpenedModel& opened, const std::vector<LayerSummary>& layers) {
    Json json{{"model", opened.path},
              {"format", opened.model->format()},
              {"parameters", opened.model->parameterCount()},
              {"architecture", opened.architecturePath.empty() ? Json(nullptr) : Json(opened.architecturePath)},
              {"tokenizer", opened.tokenizer ? Json(opened.tokenizerPath) : Json(nullptr)}};
    json["semantics"] = Json::object();
    for (const EraPoint& point : eraPoints(opened.model->era())) json["semantics"][point.point] = point.meaning;
    json["inputs"] = Json::array();
    for (const ModelInput& input : opened.model->inputs()) {
        Json described{{"name", input.name}, {"shape", inputShape(input)}, {"tokenIds", input.tokenIds}};
        if (input.text)
            described["text"] = {
                {"layer", input.text->layer},
                {"tokenizer", input.text->tokenizer ? Json(input.text->tokenizer->description()) : Json(nullptr)}};
        if (const auto problem = inputProblem(input)) described["problem"] = *problem;
        json["inputs"].push_back(std::move(described));
    }
    json["layers"] = Json::array();
    for (const LayerSummary& layer : layers) json["layers"].push_back(layerJson(layer));
    json["sites"] = Json::array();
    for (const LayerSummary& layer : layers) {
        for (const std::string& site : layer.sites) json["sites"].push_back(site);
    }
    json["weights"] = Json::array();
    for (const LayerSummary& summary : layers) {
        if (!summary.layer) continue;  // an added one
        for (const WeightTerms& terms : weightTerms(*summary.layer, weightNames(summary)))
            json["weights"].push_back(termsJson(summary.name, terms));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string termsText(const WeightTerms& terms) {
    std::string text;
    const auto append = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
    if (!terms.initializer.empty()) append("initialised " + terms.initializer);
    if (!terms.regularizer.empty())
        append("regulariser " + terms.regularizer +
               (terms.penalty ? " (penalty " + floatText(*terms.penalty) + ")" : ""));
    if (!terms.constraint.empty())
        append("constraint " + terms.constraint + (!terms.holds ? "" : *terms.holds ? " (holds)" : " (does not hold)"));
    return text;
}

/// Why a layer cannot be evaluated, and what a person needs to know if it takes a formula.
std::string problemText(const LayerSummary& layer) {
    std::string text = "    " + layer.problem + "\n";
    if (!layer.needsFormula) return text;
    constexpr std::size_t mostWeights = 24;
    for (std::size_t weight = 0; weight < std::min(layer.weights.size(), mostWeights); ++weight)
        text += "      " + layer.weights[weight].name + " " + layer.weights[weight].shape + "\n";
    if (layer.weights.size() > mostWeights)
        text += "      … and " + std::to_string(layer.weights.size() - mostWeights) + " more weights (all: --json)\n";
    // Python code and what training only needs are of no use here.
    constexpr std::size_t longest = 120;
    const auto isForTraining = [](std::string_view key) {
        return key.ends_with("_initializer") || key.ends_with("_regularizer") || key.ends_with("_constraint");
    };
    const Json config = ownConfig(*layer.layer);
    for (const auto& [key, value] : config.items()) {
        if (value.is_null() || isForTraining(key)) continue;
        const std::string shown = value.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (shown.size() <= longest) text += "      " + key + " = " + shown + "\n";
    }
    if (!layer.otherFormulas.empty()) text += "      formulas that fit: " + joined(layer.otherFormulas, ", ") + "\n";
    return text;
}

std::string humanText(const OpenedModel& opened, const std::vector<LayerSummary>& layers) {
    const Model& model = *opened.model;
    std::string text =
        opened.path + ": " + model.format() + ", " + std::to_string(model.parameterCount()) + " parameters\n";
    if (!opened.architecturePath.empty()) text += "architecture: " + opened.architecturePath + "\n";
    for (const ModelInput& input : model.inputs()) {
        text += "input " + input.name + " " + inputShape(input) + (input.tokenIds ? ", token ids" : ", numbers");
        if (input.text)
            text += " made of text by " + input.text->layer +
                    (input.text->tokenizer ? " (" + input.text->tokenizer->description() + ")" : "");
        text += "\n";
        if (const auto problem = inputProblem(input)) text += "    " + *problem + "\n";
    }
    if (opened.tokenizer || std::ranges::any_of(model.inputs(), std::not_fn(makesItsTokenIds)))
        text += "tokenizer: " +
                (opened.tokenizer ? opened.tokenizerPath + ", " + opened.tokenizer->description() : "none") + "\n";
    text += "\n";

    std::size_t nameWidth = 8;
    std::size_t classWidth = 8;
    for (const LayerSummary& layer : layers) {
        nameWidth = std::max(nameWidth, layer.name.size() + 2 * layer.depth);
        classWidth = std::max(classWidth, layer.className.size());
    }
    text += padded("  layer", nameWidth + 4) + padded("class", classWidth + 2) + padded("shape", 16) + "parameters\n";
    for (const LayerSummary& layer : layers) {
        text += padded((layer.isSite ? "◉ " : "  ") + std::string(2 * layer.depth, ' ') + layer.name, nameWidth + 4) +
                padded(layer.className, classWidth + 2) + padded(layer.shape, 16) + std::to_string(layer.parameters) +
                "\n";
        if (!layer.problem.empty()) text += problemText(layer);
    }
    for (const LayerSummary& summary : layers) {
        if (!summary.isSite) continue;
        text += "\n◉ " + joined(summary.sites, ", ") + (summary.formula.empty() ? "" : ": formula " + summary.formula) +
                "\n";
        if (!summary.otherFormulas.empty())
            text += "    also fits: " + joined(summary.otherFormulas, ", ") + " (--layer-formula " + summary.name +
                    "=NAME)\n";
        const Layer* layer = summary.layer.get();
        if (layer == nullptr) continue;                                                              // an added one
        if (layer->weights.empty() && layer->inner.size() == 1) layer = layer->inner.front().get();  // a wrapper
        // One entry per weight, in order; the weights of a layer that is wrapped are not in the wrapper's row.
        const std::vector<WeightTerms> terms = weightTerms(*layer, weightNames(summary));
        for (std::size_t weight = 0; weight < terms.size(); ++weight) {
            const std::string said = termsText(terms[weight]);
            text += "    " + terms[weight].weight + " " + layer->weights[weight].tensor->shape().text() +
                    (said.empty() ? "" : ": " + said) + "\n";
        }
    }
    text += "\nsemantics of Keras " + model.era().version + "\n";
    for (const EraPoint& point : eraPoints(model.era())) text += "    " + point.point + ": " + point.meaning + "\n";
    return text;
}

Status runInfo(const QCommandLineParser& parser, const QStringList& positional) {
    ATTN_CHECK(deviceFromOptions(parser));
    ATTN_TRY(const OpenedModel opened, openFromOptions(parser, positional[0]));
    const std::vector<LayerSummary> layers = summarize(*opened.model, opened.lowering);
    return print(parser.isSet(QStringLiteral("json")) ? jsonText(opened, layers) : humanText(opened, layers));
}

}  // namespace

Command infoCommand() {
    return {"info",
            "layers, shapes, parameters, attention sites",
            "MODEL",
            1,
            0,
            [](QCommandLineParser& parser) {
                addModelOptions(parser);
                parser.addOption({QStringLiteral("json"), QStringLiteral("Print JSON.")});
            },
            runInfo};
}

}  // namespace attnscope
