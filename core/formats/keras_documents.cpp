#include "formats/keras_documents.h"

#include "base/read_file.h"
#include "base/strict_json.h"

#include <algorithm>

namespace attnscope {

namespace {

using nlohmann::json;

// keras/src/saving/saving_lib.py
constexpr std::string_view configName = "config.json";
constexpr std::string_view metadataName = "metadata.json";
constexpr std::string_view assets = "assets/";

Result<std::string> readWithin(const ZipArchive& zip, std::string_view name, std::uint64_t& left) {
    Result<std::string> text = zip.read(name, left);
    if (text) left -= text->size();
    return text;
}

Result<json> readDocument(const ZipArchive& zip, std::string_view name, std::uint64_t& left) {
    ATTN_TRY(const std::string text, readWithin(zip, name, left));
    Result<json> document = parseStrictJson(text);
    if (!document) return failWithin("member " + std::string(name), std::move(document).error());
    if (!document->is_object())
        return fail(ErrorCode::Format, "member " + std::string(name) + ": an object was expected");
    return document;
}

/// What to tell about a zip archive that Keras did not write.
Error othersArchive(const ZipArchive& zip) {
    for (const ZipMember& member : zip.members()) {
        if (Status safe = refuseExecutable({}, lowerExtension(member.name), "a Keras .h5 file"); !safe)
            return std::move(safe).error().within("member " + member.name);
    }
    const auto model = std::ranges::find_if(zip.members(), [](const ZipMember& member) {
        const std::string extension = lowerExtension(member.name);
        return extension == ".keras" || extension == ".h5" || extension == ".hdf5";
    });
    const std::string advice = model != zip.members().end() ? "unpack it and open " + model->name
                                                            : "a model saved by Keras as .keras was expected";
    return {ErrorCode::Format, "is a zip archive without " + std::string(configName) + "; " + advice, {}};
}

/// Vocabularies and the like: "assets/layers/text_vectorization/_lookup_layer/vocabulary.txt".
Status readAssets(const ZipArchive& zip, std::uint64_t& left, Archive& archive) {
    for (const ZipMember& member : zip.members()) {
        if (!member.name.starts_with(assets) || member.name.ends_with('/')) continue;
        ATTN_TRY(std::string text, readWithin(zip, member.name, left));
        archive.files.emplace(member.name.substr(assets.size()), std::move(text));
    }
    return {};
}

}  // namespace

Result<Archive> readKerasDocuments(const ZipArchive& zip, std::uint64_t limit) {
    if (zip.find(configName) == nullptr) return fail(othersArchive(zip));
    Archive archive{"Keras archive", "keras", {}, {}, nullptr, {}};
    ATTN_TRY(archive.config, readDocument(zip, configName, limit));
    if (const auto training = archive.config.find("compile_config"); training != archive.config.end())
        archive.training = *training;
    ATTN_TRY(const json metadata, readDocument(zip, metadataName, limit));
    const auto version = metadata.find("keras_version");
    if (version == metadata.end() || !version->is_string())
        return fail(ErrorCode::Format,
                    "member " + std::string(metadataName) + ": keras_version: a string was expected");
    archive.version = version->get<std::string>();
    ATTN_CHECK(readAssets(zip, limit, archive));
    return archive;
}

}  // namespace attnscope
