#include "formats/formats.h"

#include "base/read_file.h"
#include "formats/keras_archive.h"
#include "formats/keras_hdf5.h"
#include "formats/npz_weights.h"
#include "formats/sharded_weights.h"
#include "formats/unsupported_formats.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace attnscope {

namespace {

constexpr std::size_t headBytes = 4096;

constexpr std::array<FormatRow, 3> table{{
    {"Keras archive", recognizesKerasArchive, readKerasArchive},
    {"Keras HDF5", recognizesKerasHdf5, readKerasHdf5},
    {"NumPy weights", recognizesNpzWeights, readNpzWeights},
}};

}  // namespace

std::span<const FormatRow> formatTable() {
    return table;
}

Result<Archive> readArchive(const ModelFile& file, ReadBudget::Progress progress) {
    if (file.bytes.empty())
        return fail(ErrorCode::Format, "is empty; a model file was expected, saved by Keras as .keras or .h5");
    ReadBudget budget(file.bytes.size(), std::move(progress));
    const std::string_view head = file.bytes.substr(0, headBytes);
    ATTN_CHECK(refuseExecutable(head, lowerExtension(file.name), "a Keras .h5 file"));
    for (const FormatRow& row : table)
        if (row.recognizes(head, file.name)) return row.read(file, budget);
    if (auto known = knownButUnsupported(head, file.name)) return fail(*std::move(known));
    return fail(ErrorCode::Format,
                "is not a model file of a known format; a whole model saved by Keras as .keras or .h5 was expected");
}

Result<MappedFile> openModelFile(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::exists(path + "/saved_model.pb", ignored))
        return fail(ErrorCode::Unsupported,
                    "is a TensorFlow SavedModel folder, whose graph can run code; load it in Keras and save the model "
                    "as .keras or .h5 instead");
    // keras/src/saving/saving_lib.py, save_model(…, zipped=False)
    if (std::filesystem::exists(path + "/model.weights.h5", ignored))
        return fail(ErrorCode::Unsupported,
                    "is a folder as Keras saves a model that is not zipped; open model.weights.h5 in it, whose "
                    "architecture is config.json beside it");
    return MappedFile::open(path);
}

Result<Archive> readArchive(const std::string& path) {
    const auto readOne = [](const std::string& name) -> Result<Archive> {
        ATTN_TRY(const MappedFile file, openModelFile(name));
        return readArchive({name, file.bytes()});
    };
    Result<Archive> archive = isShardMap(path) ? readSharded(path, readOne) : readOne(path);
    if (!archive) return failWithin(path, std::move(archive).error());
    return archive;
}

}  // namespace attnscope
