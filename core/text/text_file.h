#pragma once

#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

struct TextOptions {
    /// The column that holds the texts; none to choose by itself.
    std::optional<std::string> column;
};

/// One text of a file.
struct TextRow {
    std::string text;      ///< UTF-8
    std::size_t line = 1;  ///< where it begins in the file, from 1
    std::optional<std::string>
        label;  ///< from a column named label, sentiment, target, class, category, rating or stars
};

struct TextTable {
    std::vector<std::string> columns;  ///< empty for files without columns; "1", "2", … where there is no header row
    std::string chosenColumn;          ///< empty for files without columns
    std::vector<TextRow> rows;
};

/// Reads the texts of a file of at most 1 GiB in UTF-8, or in UTF-16 with a byte order mark.
///
/// .csv, .tsv, .tab: RFC 4180, with or without a header row. .jsonl, .ndjson, .json: a JSON object or string a line.
/// Anything else: a text a line; empty lines are texts too, but the final newline adds none.
/// The default column is the one named text, review, sentence, content, comment or body, else the one whose texts are
/// longest on average. Errors name file, line and what was expected; a column that does not exist lists those that do.
[[nodiscard]] Result<TextTable> readTexts(const std::filesystem::path& path, const TextOptions& options = {});

}  // namespace attnscope
