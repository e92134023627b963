#include "base/strict_json.h"
#include "fuzzing.h"
#include "model/model.h"

using namespace attnscope;
using namespace attnscope::fuzzing;

namespace {

using nlohmann::json;

/// [["dense", [["dense/kernel:0", [2, 1]], …]], …] is a kernel of shape (3, 2), so that no extent is 0; all its numbers
/// are.
std::vector<ArchiveGroup> groupsOf(const json& described) {
    std::vector<ArchiveGroup> groups;
    std::int64_t left = 1U << 14U;
    const auto named = [](const json& pair) {
        return pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_array();
    };
    for (const json& group : described) {
        if (!named(group)) continue;
        groups.push_back({group[0].get<std::string>(), {}});
        for (const json& weight : group[1]) {
            if (!named(weight) || weight[1].size() > 8) continue;
            std::vector<std::int64_t> extents;
            std::int64_t elements = 1;
            for (const json& extent : weight[1]) {
                extents.push_back(extent.is_number_unsigned() ? 1 + extent.get<std::int64_t>() % 64 : 1);
                elements *= extents.back();
            }
            if (elements > left) continue;
            left -= elements;
            groups.back().weights.push_back({weight[0].get<std::string>(), share(Tensor(Shape(extents))), true});
        }
    }
    return groups;
}

std::string textIn(const json& object, const char* key) {
    const json value = object.value(key, json());
    return value.is_string() ? value.get<std::string>() : std::string();
}

void requireSound(const Model& model) {
    const std::size_t layers = model.layers().size();
    require(model.inputs().size() == model.inputTensors().size(), "every input is a tensor");
    for (std::size_t index = 0; index < model.calls().size(); ++index) {
        const LayerCall& call = model.calls()[index];
        require(call.layer < layers, "a call is of a layer that exists");
        for (const TensorRef& input : call.inputs) require(input.call < index, "a call uses what comes before it");
    }
    for (const TensorRef& tensor : model.outputTensors())
        require(tensor.call < model.calls().size(), "an output is made by a call that exists");
    for (const auto& layer : model.layers())
        if (layer->model) requireSound(*layer->model);
}

}  // namespace

// What a file says that the program itself makes a model of: config, versions, names and shapes of weights.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Result<json> document = parseStrictJson(textOf(data, size));
    if (!document || !document->is_object()) return 0;
    Archive archive{"fuzzed",
                    "keras",
                    textIn(*document, "version"),
                    document->value("config", json()),
                    nullptr,
                    groupsOf(document->value("groups", json::array())),
                    textIn(*document, "backend")};
    archive.byPlace = document->value("byPlace", json()) == true;
    const auto model = Model::fromArchive(std::move(archive));
    if (sound(model)) requireSound(**model);
    return 0;
}
