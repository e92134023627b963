#pragma once

#include "base/result.h"
#include "formats/zip_archive.h"
#include "model/archive.h"

#include <cstdint>

namespace attnscope {

/// Reads what is text in an archive that Keras saved as .keras: config.json, metadata.json and vocabularies under
/// assets/, together at most `limit` bytes. Weights are left out. Errors: what ZipArchive::read refuses; Format for
/// what Keras would not write, with the member's name; Unsupported for archives of others.
[[nodiscard]] Result<Archive> readKerasDocuments(const ZipArchive& zip, std::uint64_t limit);

}  // namespace attnscope
