#include "formats/keras_archive.h"

#include "base/strict_json.h"
#include "formats/hdf5_file.h"
#include "formats/placed_weights.h"
#include "formats/read_limits.h"
#include "formats/zip_archive.h"

namespace attnscope {

namespace {

using nlohmann::json;

// keras/src/saving/saving_lib.py
constexpr std::string_view configName = "config.json";
constexpr std::string_view metadataName = "metadata.json";
constexpr std::string_view weightsName = "model.weights.h5";
constexpr std::string_view npzWeightsName = "model.weights.npz";
constexpr std::string_view assets = "assets/";

Result<json> readDocument(const ZipArchive& zip, std::string_view name, std::uint64_t limit) {
    ATTN_TRY(const std::string text, zip.read(name, limit));
    Result<json> document = parseStrictJson(text);
    if (!document) return failWithin("member " + std::string(name), std::move(document).error());
    if (!document->is_object())
        return fail(ErrorCode::Format, "member " + std::string(name) + ": an object was expected");
    return document;
}

Status readWeights(const ZipArchive& zip, const ReadLimits& limits, ReadBudget& budget, Archive& archive) {
    archive.byPlace = true;
    if (zip.find(weightsName) == nullptr) {
        if (zip.find(npzWeightsName) != nullptr)
            return fail(ErrorCode::Unsupported, "member " + std::string(npzWeightsName) +
                                                    ": holds pickled Python objects, and this format can run code; "
                                                    "save the model with its weights as HDF5");
        return fail(ErrorCode::Format, "the archive has no member " + std::string(weightsName));
    }
    // Half of what tensors may take, because they are read while it is still there.
    ATTN_TRY(const std::string bytes, zip.read(weightsName, limits.tensorBytes / 2));
    const Hdf5Session session;
    const auto read = [&]() -> Status {
        ATTN_TRY(const Hdf5File file, Hdf5File::open(bytes));
        ATTN_TRY(const Hdf5Group root, file.root());
        return readPlacedWeights(root, budget, archive);
    };
    if (Status status = read(); !status)
        return failWithin("member " + std::string(weightsName), std::move(status).error());
    return {};
}

/// Vocabularies and the like: "assets/layers/text_vectorization/_lookup_layer/vocabulary.txt".
Status readAssets(const ZipArchive& zip, std::uint64_t limit, Archive& archive) {
    for (const ZipMember& member : zip.members()) {
        if (!member.name.starts_with(assets) || member.name.ends_with('/')) continue;
        ATTN_TRY(std::string text, zip.read(member.name, limit));
        limit -= text.size();
        archive.files.emplace(member.name.substr(assets.size()), std::move(text));
    }
    return {};
}

}  // namespace

bool recognizesKerasArchive(std::string_view head, std::string_view path) {
    if (head.starts_with(std::string_view("PK\x03\x04", 4))) return !path.ends_with(".npz");
    // Up to TensorFlow 2.12 a file of this name was HDF5 (keras/saving/legacy/saving_utils.py, is_hdf5_filepath).
    return path.ends_with(".keras") && !hasHdf5Signature(head);
}

Result<Archive> readKerasArchive(const ModelFile& model, ReadBudget& budget) {
    const ReadLimits limits = readLimits(model.bytes.size());
    ATTN_TRY(const ZipArchive zip, ZipArchive::open(model.bytes));
    if (zip.find(configName) == nullptr)
        return fail(ErrorCode::Format, "is a zip archive without " + std::string(configName) +
                                           "; a model saved by Keras as .keras was expected");
    Archive archive{"Keras archive", "keras", {}, {}, nullptr, {}};
    ATTN_TRY(archive.config, readDocument(zip, configName, limits.documentBytes));
    if (const auto training = archive.config.find("compile_config"); training != archive.config.end())
        archive.training = *training;
    ATTN_TRY(const json metadata, readDocument(zip, metadataName, limits.documentBytes));
    const auto version = metadata.find("keras_version");
    if (version == metadata.end() || !version->is_string())
        return fail(ErrorCode::Format,
                    "member " + std::string(metadataName) + ": keras_version: a string was expected");
    archive.version = version->get<std::string>();
    ATTN_CHECK(readWeights(zip, limits, budget, archive));
    ATTN_CHECK(readAssets(zip, limits.documentBytes, archive));
    return archive;
}

}  // namespace attnscope
