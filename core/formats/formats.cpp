#include "formats/formats.h"

#include "formats/keras_hdf5.h"
#include "formats/unsupported_formats.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace attnscope {

namespace {

constexpr std::size_t headBytes = 4096;

constexpr std::array<FormatRow, 1> table{{
    {"Keras HDF5", recognizesKerasHdf5, readKerasHdf5},
}};

/// The first bytes of a file that can be read.
Result<std::string> readHead(const std::string& path) {
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (status.type() == std::filesystem::file_type::not_found) return fail(ErrorCode::NotFound, "no such file");
    if (failure) return fail(ErrorCode::Io, "cannot be read: " + failure.message());
    if (std::filesystem::is_directory(status))
        return fail(ErrorCode::Format, "is a folder; a model file was expected, saved by Keras 2 as .h5");
    if (!std::filesystem::is_regular_file(status)) return fail(ErrorCode::Format, "is not a regular file");
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::Io, "cannot be read: " + std::generic_category().message(errno));
    std::string head(headBytes, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(file.gcount()));
    if (head.empty()) return fail(ErrorCode::Format, "is empty; a model file was expected, saved by Keras 2 as .h5");
    return head;
}

Result<Archive> readKnown(const std::string& path) {
    ATTN_TRY(const std::string head, readHead(path));
    for (const FormatRow& row : table)
        if (row.recognizes(head, path)) return row.read(path);
    if (auto known = knownButUnsupported(head, path)) return fail(*std::move(known));
    return fail(ErrorCode::Format,
                "is not a model file of a known format; a whole model saved by Keras 2 as .h5 was expected");
}

}  // namespace

std::span<const FormatRow> formatTable() {
    return table;
}

Result<Archive> readArchive(const std::string& path) {
    Result<Archive> archive = readKnown(path);
    if (!archive) return failWithin(path, std::move(archive).error());
    return archive;
}

}  // namespace attnscope
