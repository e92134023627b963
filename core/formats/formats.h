#pragma once

#include "base/result.h"
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
    Result<Archive> (*read)(const std::string& path);
};

/// Every format that can be read, in the order in which they are tried.
[[nodiscard]] std::span<const FormatRow> formatTable();

/// Reads a model file of any known format. Errors name the file, what is wrong and what was expected.
[[nodiscard]] Result<Archive> readArchive(const std::string& path);

}  // namespace attnscope
