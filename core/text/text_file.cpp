#include "text/text_file.h"

#include "base/text.h"
#include "text/delimited.h"
#include "base/read_file.h"
#include "base/strict_json.h"
#include "base/unicode.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace attnscope {

namespace {

using nlohmann::json;

constexpr std::size_t largestFile = std::size_t{1} << 30U;
constexpr std::array<std::string_view, 6> textNames{"text", "review", "sentence", "content", "comment", "body"};
constexpr std::array<std::string_view, 7> labelNames{"label",    "sentiment", "target", "class",
                                                     "category", "rating",    "stars"};

/// A file with columns before one of them is chosen. A cell that is absent is nothing.
struct Table {
    std::vector<std::string> columns;
    struct Row {
        std::vector<std::optional<std::string>> cells;  ///< one per column
        std::size_t line = 1;
    };
    std::vector<Row> rows;
};

/// The first column with one of the names, the names in the order of preference.
template <typename Names>
std::optional<std::size_t> columnNamed(const std::vector<std::string>& columns, const Names& names) {
    for (const std::string_view name : names) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (asciiLowered(trimmed(columns[i])) == name) return i;
        }
    }
    return std::nullopt;
}

std::size_t longestColumn(const Table& table) {
    // Every column has a cell or nothing in every row, so that comparing sums compares averages.
    std::vector<std::size_t> lengths(table.columns.size(), 0);
    for (const Table::Row& row : table.rows) {
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            if (row.cells[i]) lengths[i] += row.cells[i]->size();
        }
    }
    return static_cast<std::size_t>(std::max_element(lengths.begin(), lengths.end()) - lengths.begin());
}

Result<TextTable> chooseColumn(Table table, const TextOptions& options) {
    std::size_t chosen = 0;
    if (options.column) {
        const auto found = std::find(table.columns.begin(), table.columns.end(), *options.column);
        if (found == table.columns.end()) {
            return fail(ErrorCode::NotFound,
                        "no column \"" + *options.column + "\"; its columns are " + joined(table.columns, ", "));
        }
        chosen = static_cast<std::size_t>(found - table.columns.begin());
    } else {
        const auto named = columnNamed(table.columns, textNames);
        chosen = named ? *named : longestColumn(table);
    }
    const std::size_t label = columnNamed(table.columns, labelNames).value_or(chosen);
    TextTable result{table.columns, table.columns[chosen], {}};
    result.rows.reserve(table.rows.size());
    for (Table::Row& row : table.rows) {
        if (!row.cells[chosen]) {
            return fail(ErrorCode::Format, "line " + std::to_string(row.line) + ": no text in column \"" +
                                               result.chosenColumn + "\"; expected a string");
        }
        TextRow text{*std::move(row.cells[chosen]), row.line, std::nullopt};
        if (label != chosen) text.label = std::move(row.cells[label]);
        result.rows.push_back(std::move(text));
    }
    return result;
}

bool isNumber(const std::string& cell) {
    double ignored = 0;
    return parseNumber(cell, ignored);
}

/// Whether the first record names the columns: it has the name asked for or a customary one, or it has no numbers and
/// stands above a column of numbers.
bool isHeader(const std::vector<DelimitedRow>& rows, const TextOptions& options) {
    const std::vector<std::string>& first = rows.front().cells;
    if (options.column && std::find(first.begin(), first.end(), *options.column) != first.end()) return true;
    if (columnNamed(first, textNames) || columnNamed(first, labelNames)) return true;
    if (rows.size() == 1 || std::any_of(first.begin(), first.end(), isNumber)) return false;
    for (std::size_t column = 0; column < first.size(); ++column) {
        const auto numeric = [column](const DelimitedRow& row) {
            return column < row.cells.size() && isNumber(row.cells[column]);
        };
        if (std::all_of(rows.begin() + 1, rows.end(), numeric)) return true;
    }
    return false;
}

Result<TextTable> readDelimited(std::string_view text, const std::string& extension, const TextOptions& options) {
    ATTN_TRY(std::vector<DelimitedRow> rows, parseDelimited(text, delimitedOptionsFor(extension)));
    if (rows.empty()) return fail(ErrorCode::Format, "no texts; expected at least one row");
    Table table;
    const bool header = isHeader(rows, options);
    const std::size_t count = rows.front().cells.size();
    for (std::size_t i = 0; i < count; ++i) {
        table.columns.push_back(header ? rows.front().cells[i] : std::to_string(i + 1));
    }
    for (auto row = rows.begin() + (header ? 1 : 0); row != rows.end(); ++row) {
        if (row->cells.size() != count) {
            return fail(ErrorCode::Format, "line " + std::to_string(row->line) + ": " +
                                               std::to_string(row->cells.size()) + " columns; expected " +
                                               std::to_string(count) +
                                               " as in the first row (texts that contain the separator need quotes)");
        }
        Table::Row cells{{}, row->line};
        for (std::string& cell : row->cells) cells.cells.emplace_back(std::move(cell));
        table.rows.push_back(std::move(cells));
    }
    if (table.rows.empty()) return fail(ErrorCode::Format, "no texts; only a header row");
    return chooseColumn(std::move(table), options);
}

std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

Result<TextTable> noColumns(std::vector<TextRow> rows, const TextOptions& options) {
    if (rows.empty()) return fail(ErrorCode::Format, "no texts; the file is empty");
    if (options.column) {
        return fail(ErrorCode::InvalidInput, "no column \"" + *options.column + "\"; this file has no columns");
    }
    return TextTable{{}, {}, std::move(rows)};
}

Result<TextTable> readLines(std::string_view text, const TextOptions& options) {
    std::vector<TextRow> rows;
    for (const std::string_view line : linesOf(text))
        rows.push_back({std::string(line), rows.size() + 1, std::nullopt});
    return noColumns(std::move(rows), options);
}

/// Objects as a table of their members: strings as they are, other plain values as JSON only where they are labels.
Result<TextTable> fromObjects(const std::vector<std::pair<std::size_t, json>>& objects, const TextOptions& options) {
    std::set<std::string> names;
    for (const auto& [line, object] : objects) {
        for (const auto& member : object.items()) names.insert(member.key());
    }
    Table table;
    table.columns.assign(names.begin(), names.end());
    if (table.columns.empty()) return fail(ErrorCode::Format, "no texts; its objects are empty");
    const auto label = columnNamed(table.columns, labelNames);
    for (const auto& [line, object] : objects) {
        Table::Row row{{}, line};
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const auto found = object.find(table.columns[i]);
            std::optional<std::string> cell;
            if (found != object.end() && found->is_string()) {
                cell = found->get<std::string>();
            } else if (found != object.end() && i == label && found->is_primitive() && !found->is_null()) {
                cell = found->dump();
            }
            row.cells.push_back(std::move(cell));
        }
        table.rows.push_back(std::move(row));
    }
    return chooseColumn(std::move(table), options);
}

Result<TextTable> readJsonLines(std::string_view text, const TextOptions& options) {
    std::vector<std::pair<std::size_t, json>> objects;
    std::vector<TextRow> strings;
    std::size_t number = 0;
    for (const std::string_view line : linesOf(text)) {
        ++number;
        if (trimmed(line).empty()) continue;
        const std::string place = "line " + std::to_string(number);
        auto value = parseStrictJson(line, JsonPosition::Column);
        if (!value) return failWithin(place, value.error());
        const bool isString = value->is_string();
        if ((!isString && !value->is_object()) || (isString ? !objects.empty() : !strings.empty())) {
            return fail(ErrorCode::Format,
                        place + ": expected an object a line, or a string a line, found " + jsonKind(*value));
        }
        if (isString) {
            strings.push_back({value->get<std::string>(), number, std::nullopt});
        } else {
            objects.emplace_back(number, std::move(*value));
        }
    }
    return objects.empty() ? noColumns(std::move(strings), options) : fromObjects(objects, options);
}

Result<TextTable> readAny(const std::filesystem::path& path, const TextOptions& options) {
    ATTN_TRY(std::string bytes, readBytes(path, largestFile));
    const std::string extension = lowerExtension(path);
    ATTN_CHECK(refuseExecutable(bytes, extension, "text"));
    ATTN_TRY(const std::string text, decodeText(std::move(bytes)));
    if (extension == ".csv" || extension == ".tsv" || extension == ".tab") {
        return readDelimited(text, extension, options);
    }
    if (extension == ".jsonl" || extension == ".ndjson" || extension == ".json") return readJsonLines(text, options);
    return readLines(text, options);
}

}  // namespace

Result<TextTable> readTexts(const std::filesystem::path& path, const TextOptions& options) {
    auto table = readAny(path, options);
    if (!table) return failWithin(path.string(), table.error());
    return table;
}

}  // namespace attnscope
