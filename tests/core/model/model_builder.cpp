#include "model_builder.h"

#include "formats/formats.h"
#include "support/bundled_formulas.h"

#include <stdexcept>

namespace attnscope::test {

namespace {

void collectLayer(const std::shared_ptr<const Layer>& layer, std::vector<std::shared_ptr<const Layer>>& found) {
    if (!layer->weights.empty()) found.push_back(layer);
    for (const auto& inner : layer->inner) collectLayer(inner, found);
    if (layer->model != nullptr) collectWeighted(*layer->model, found);
}

}  // namespace

Archive goldenArchive(const std::string& name) {
    Result<Archive> archive = readArchive(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/" + name + ".h5");
    if (!archive) throw std::runtime_error(archive.error().text());
    return *std::move(archive);
}

std::shared_ptr<const Model> goldenModel(const std::string& name) {
    auto model = Model::fromArchive(goldenArchive(name));
    if (!model) throw std::runtime_error(model.error().text());
    return *model;
}

Archive archiveOf(const std::string& modelConfig) {
    return {"Keras HDF5", "keras", "2.15.0", nlohmann::json::parse(modelConfig), nullptr, {}};
}

Archive functionalArchive(const std::string& layers, const std::string& inputs, const std::string& outputs) {
    return archiveOf(R"({"class_name": "Functional", "config": {"name": "m", "layers": [)" + layers +
                     R"(], "input_layers": )" + inputs + R"(, "output_layers": )" + outputs + "}}");
}

std::string inputEntry(const std::string& name, const std::string& shape) {
    return R"({"class_name": "InputLayer", "name": ")" + name + R"(", "inbound_nodes": [], "config": {"name": ")" +
           name + R"(", "batch_input_shape": )" + shape + "}}";
}

std::string activationEntry(const std::string& name, const std::string& inboundNodes) {
    return R"({"class_name": "Activation", "name": ")" + name + R"(", "config": {"name": ")" + name +
           R"(", "activation": "tanh"}, "inbound_nodes": )" + inboundNodes + "}";
}

std::string problemOf(Archive archive) {
    const auto model = Model::fromArchive(std::move(archive));
    return model ? std::string() : model.error().text();
}

LoweringOptions bundledFormulas() {
    return {bundledCatalogue(), {}};
}

void collectWeighted(const Model& model, std::vector<std::shared_ptr<const Layer>>& found) {
    for (const auto& layer : model.layers()) collectLayer(layer, found);
}

}  // namespace attnscope::test
