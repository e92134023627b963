#include "formats/keras_archive.h"

#include "formats/hdf5_file.h"
#include "formats/keras_documents.h"
#include "formats/placed_weights.h"
#include "formats/read_limits.h"
#include "formats/zip_archive.h"

namespace attnscope {

namespace {

// keras/src/saving/saving_lib.py
constexpr std::string_view weightsName = "model.weights.h5";
constexpr std::string_view npzWeightsName = "model.weights.npz";

Status readWeights(const ZipArchive& zip, const ReadLimits& limits, ReadBudget& budget, Archive& archive) {
    if (zip.find(weightsName) == nullptr) {
        // NpzIOStore puts dictionaries into it, which numpy pickles.
        if (zip.find(npzWeightsName) != nullptr)
            return fail(ErrorCode::Unsupported, "member " + std::string(npzWeightsName) +
                                                    ": this format can run code; export to " +
                                                    std::string(weightsName) + " instead");
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

}  // namespace

bool recognizesKerasArchive(std::string_view head, std::string_view path) {
    if (head.starts_with(std::string_view("PK\x03\x04", 4))) return !path.ends_with(".npz");
    // Up to TensorFlow 2.12 a file of this name was HDF5 (keras/saving/legacy/saving_utils.py, is_hdf5_filepath).
    return path.ends_with(".keras") && !hasHdf5Signature(head);
}

Result<Archive> readKerasArchive(const ModelFile& model, ReadBudget& budget) {
    const ReadLimits limits = readLimits(model.bytes.size());
    ATTN_TRY(const ZipArchive zip, ZipArchive::open(model.bytes));
    ATTN_TRY(Archive archive, readKerasDocuments(zip, limits.documentBytes));
    ATTN_CHECK(readWeights(zip, limits, budget, archive));
    return archive;
}

}  // namespace attnscope
