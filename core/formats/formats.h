#pragma once

#include "base/mapped_file.h"
#include "base/result.h"
#include "formats/model_file.h"
#include "formats/read_budget.h"
#include "model/archive.h"

#include <span>
#include <string>
#include <string_view>

namespace attnscope {

/// A row of the table of formats.
struct FormatRow {
    std::string_view name;  ///< "Keras HDF5"
    /// True if the file's first bytes (up to 4096) and its name look like this format.
    bool (*recognizes)(std::string_view head, std::string_view path);
    /// Errors say what is wrong, where in the file, and what was expected; they do not repeat the file's name.
    Result<Archive> (*read)(const ModelFile& file, ReadBudget& budget);
};

/// Every format that can be read, in the order in which they are tried.
[[nodiscard]] std::span<const FormatRow> formatTable();

/// Opens a model file. Errors: MappedFile's; Unsupported for a SavedModel folder or a model that is not zipped. They do
/// not repeat the path.
[[nodiscard]] Result<MappedFile> openModelFile(const std::string& path);

/// Reads a model file of any known format. Errors do not repeat the file's name.
[[nodiscard]] Result<Archive> readArchive(const ModelFile& file, ReadBudget::Progress progress = {});

/// Opens and reads a model file in this process. Files from strangers are better read in a process of their own:
/// loading/read_model_file.h. Errors name the file, what is wrong and what was expected.
[[nodiscard]] Result<Archive> readArchive(const std::string& path);

}  // namespace attnscope
