#include "formats/keras_hdf5.h"

#include "base/strict_json.h"
#include "formats/hdf5_file.h"

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

/// Why there is no model in an HDF5 file without `model_config`.
Error withoutModel(const Hdf5Group& root) {
    const bool keras2 = root.hasAttribute("layer_names") || root.hasAttribute("layer_names0");
    const bool keras1 = root.hasAttribute("nb_layers");
    const bool keras3 = root.has("layers") || root.has("_layer_checkpoint_dependencies");
    if (keras2 || keras1 || keras3) {
        return {ErrorCode::Format,
                "holds weights only: there is no attribute model_config; save the whole model with model.save()",
                {}};
    }
    return {ErrorCode::Format, "has no model in it: there is no attribute model_config as Keras writes it", {}};
}

/// The Keras version: beside the weights since Keras 2, at the root as well in most files.
Result<std::string> kerasVersion(const Hdf5Group& root, const Hdf5Group& weights) {
    if (weights.hasAttribute("keras_version")) return weights.text("keras_version");
    if (root.hasAttribute("keras_version")) return root.text("keras_version");
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

}  // namespace

bool recognizesKerasHdf5(std::string_view head, std::string_view path) {
    return hasHdf5Signature(head) || path.ends_with(".h5") || path.ends_with(".hdf5");
}

Result<Archive> readKerasHdf5(const ModelFile& model, ReadBudget& budget) {
    const Hdf5Session session;
    ATTN_TRY(const Hdf5File file, Hdf5File::open(model.bytes));
    ATTN_TRY(const Hdf5Group root, file.root());
    if (!root.hasAttribute("model_config")) return fail(withoutModel(root));
    Archive archive{"Keras HDF5", "keras", {}, {}, nullptr, {}};
    ATTN_TRY(archive.config, jsonAttribute(root, "model_config"));
    if (root.hasAttribute("training_config")) {
        ATTN_TRY(archive.training, jsonAttribute(root, "training_config"));
    }
    ATTN_TRY(const Hdf5Group weights, root.group("model_weights"));
    ATTN_TRY(archive.version, kerasVersion(root, weights));
    ATTN_CHECK(readGroups(weights, budget, archive));
    return archive;
}

}  // namespace attnscope
