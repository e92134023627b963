#include "formats/keras_hdf5.h"

#include "base/strict_json.h"
#include "formats/hdf5_file.h"
#include "formats/placed_weights.h"

#include <set>

namespace attnscope {

namespace {

using nlohmann::json;

Result<json> jsonAttribute(const Hdf5Group& root, const std::string& name) {
    ATTN_TRY(const std::string text, root.text(name));
    Result<json> parsed = parseStrictJson(text);
    if (!parsed) return failWithin("attribute " + name, std::move(parsed).error());
    return parsed;
}

/// An attribute that stands beside the weights since Keras 2, at the root as well in most files; empty if there is
/// none.
Result<std::string> textBeside(const Hdf5Group& root, const Hdf5Group& weights, const std::string& name) {
    if (weights.hasAttribute(name)) return weights.text(name);
    if (root.hasAttribute(name)) return root.text(name);
    return std::string();
}

Result<ArchiveGroup> readGroup(const Hdf5Group& weights, const std::string& layer, ReadBudget& budget) {
    ATTN_TRY(const Hdf5Group group, weights.group(layer));
    ATTN_TRY(const std::vector<std::string> names, group.texts("weight_names"));
    ArchiveGroup result{layer, {}};
    for (const std::string& name : names) {
        ATTN_TRY(Tensor tensor, group.tensor(name, budget));
        result.weights.push_back({name, share(std::move(tensor)), true});
    }
    return result;
}

Status readGroups(const Hdf5Group& weights, ReadBudget& budget, Archive& archive) {
    ATTN_TRY(const std::vector<std::string> names, weights.texts("layer_names"));
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
        if (!seen.insert(name).second)
            return fail(ErrorCode::Format, weights.path() + ": the layer '" + name + "' is listed twice");
        Result<ArchiveGroup> group = readGroup(weights, name, budget);
        if (!group) return failWithin("layer " + name, std::move(group).error());
        archive.groups.push_back(*std::move(group));
    }
    return {};
}

Status readWeights(const Hdf5Group& root, const Hdf5Group& weights, ReadBudget& budget, Archive& archive) {
    ATTN_TRY(archive.version, textBeside(root, weights, "keras_version"));
    ATTN_TRY(archive.backend, textBeside(root, weights, "backend"));
    return readGroups(weights, budget, archive);
}

/// Keras before 1.1 numbered layers and their weights (keras/models.py of 0.3.3, Sequential.save_weights).
Status readNumbered(const Hdf5Group& root, ReadBudget& budget, Archive& archive) {
    const auto numbered = [](const char* what, std::size_t number) { return what + std::to_string(number); };
    for (std::size_t layer = 0; root.has(numbered("layer_", layer)); ++layer) {
        ArchiveGroup group{numbered("layer_", layer), {}};
        ATTN_TRY(const Hdf5Group weights, root.group(group.layer));
        for (std::size_t weight = 0; weights.has(numbered("param_", weight)); ++weight) {
            const std::string name = numbered("param_", weight);
            ATTN_TRY(Tensor tensor, weights.tensor(name, budget));
            group.weights.push_back({name, share(std::move(tensor)), true});
        }
        archive.groups.push_back(std::move(group));
    }
    return {};
}

/// A file as save_weights() leaves it, without a model.
Status readWeightsOnly(const Hdf5Group& root, ReadBudget& budget, Archive& archive) {
    const auto listsLayers = [](const Hdf5Group& group) {
        return group.hasAttribute("layer_names") || group.hasAttribute("layer_names0");
    };
    if (root.hasAttribute("nb_layers")) return readNumbered(root, budget, archive);
    if (listsLayers(root)) return readWeights(root, root, budget, archive);
    if (root.has("model_weights")) {
        ATTN_TRY(const Hdf5Group weights, root.group("model_weights"));
        if (listsLayers(weights)) return readWeights(root, weights, budget, archive);
    }
    if (holdsPlacedWeights(root)) return readPlacedWeights(root, budget, archive);
    return fail(ErrorCode::Format, "has no model in it: there is no attribute model_config as Keras writes it");
}

}  // namespace

bool recognizesKerasHdf5(std::string_view head, std::string_view path) {
    return hasHdf5Signature(head) || path.ends_with(".h5") || path.ends_with(".hdf5");
}

Result<Archive> readKerasHdf5(const ModelFile& model, ReadBudget& budget) {
    const Hdf5Session session;
    ATTN_TRY(const Hdf5File file, Hdf5File::open(model.bytes));
    ATTN_TRY(const Hdf5Group root, file.root());
    Archive archive{"Keras HDF5", "keras", {}, nullptr, nullptr, {}};
    if (!root.hasAttribute("model_config")) {
        archive.format = "Keras HDF5 weights";
        ATTN_CHECK(readWeightsOnly(root, budget, archive));
        return archive;
    }
    ATTN_TRY(archive.config, jsonAttribute(root, "model_config"));
    if (root.hasAttribute("training_config")) {
        ATTN_TRY(archive.training, jsonAttribute(root, "training_config"));
    }
    ATTN_TRY(const Hdf5Group weights, root.group("model_weights"));
    ATTN_CHECK(readWeights(root, weights, budget, archive));
    return archive;
}

}  // namespace attnscope
