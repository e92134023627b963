#include "text/matrix_file.h"

#include "base/text.h"
#include "text/delimited.h"
#include "text/npy.h"
#include "text/padding.h"
#include "base/read_file.h"
#include "base/unicode.h"
#include "text/word_tokenizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace attnscope {

namespace {

constexpr std::size_t largestFile = std::size_t{1} << 30U;
constexpr std::array<std::string_view, 5> annotationNames{"label", "event", "annotation", "target", "class"};

/// A number of a matrix as float32; `place` says where it stands.
template <typename Place>
Result<float> finiteNumber(double number, const Place& place) {
    const auto narrow = static_cast<float>(number);
    if (std::isfinite(narrow)) return narrow;
    const char* problem = std::isnan(number)   ? "not a number"
                          : std::isinf(number) ? "infinite"
                                               : "too large for float32";
    return fail(ErrorCode::InvalidInput, place() + ": " + problem);
}

Result<Sequence> idsFrom(const NpyView& array) {
    std::vector<std::int64_t> ids;
    const auto count = static_cast<std::size_t>(array.shape.elements());
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double id = array.item(i);
        if (id < 0 || id > static_cast<double>(largestExactId)) {
            return fail(ErrorCode::InvalidInput, "row " + std::to_string(i) + ": expected a token id from 0 to " +
                                                     std::to_string(largestExactId) + ", found " +
                                                     floatText(static_cast<float>(id)));
        }
        ids.push_back(static_cast<std::int64_t>(id));
    }
    return makeIdSequence({}, ids, nullptr, {});
}

Result<Sequence> fromNpy(std::string_view bytes) {
    ATTN_TRY(const NpyView array, parseNpy(bytes));
    Shape shape = array.shape;
    if (shape.rank() == 3 && shape[0] == 1) shape = shape.from(1);
    const bool isIds = array.isInteger() && (shape.rank() == 1 || (array.shape.rank() == 2 && shape[0] == 1));
    if (shape.rank() == 1) shape = Shape{shape[0], 1};
    if (shape.rank() != 2) {
        return fail(ErrorCode::Shape, "an array of shape " + array.shape.text() +
                                          "; expected one sequence: (time, feature), (1, time, feature) or (time,)");
    }
    if (shape.elements() == 0) {
        return fail(ErrorCode::Shape, "an array of shape " + array.shape.text() + "; expected at least one timestep");
    }
    if (isIds) return idsFrom(array);
    Tensor values(shape);
    const auto rows = static_cast<std::size_t>(shape[0]);
    const auto columns = static_cast<std::size_t>(shape[1]);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            const auto place = [&] { return "row " + std::to_string(row) + ", column " + std::to_string(column); };
            const double number = array.item(array.fortranOrder ? column * rows + row : row * columns + column);
            ATTN_TRY(values[row * columns + column], finiteNumber(number, place));
        }
    }
    Sequence sequence;
    sequence.values = share(std::move(values));
    return sequence;
}

/// Whether the first row names the columns: some cell is no number, and none is one that nobody would take for a name.
bool isHeader(const std::vector<std::string>& cells) {
    bool named = false;
    for (const std::string& cell : cells) {
        double number = 0;
        if (!parseNumber(cell, number)) {
            named = true;
        } else if (number != std::floor(number)) {
            return false;
        }
    }
    return named;
}

std::vector<float> annotationOf(const std::vector<DelimitedRow>& rows, std::size_t column) {
    std::vector<float> numbers;
    std::vector<float> numbered;
    std::unordered_map<std::string, float> known;
    bool allNumbers = true;
    for (const DelimitedRow& row : rows) {
        const std::string cell(trimmed(row.cells[column]));
        double number = 0;
        if (!cell.empty() && (!parseNumber(cell, number) || !std::isfinite(number))) allNumbers = false;
        numbers.push_back(static_cast<float>(number));
        numbered.push_back(known.emplace(cell, static_cast<float>(known.size())).first->second);
    }
    return allNumbers ? numbers : numbered;
}

/// The columns of a delimited matrix.
struct Columns {
    std::vector<std::string> names;     ///< empty without a header row
    std::vector<std::size_t> features;  ///< their places in a row
    std::optional<std::size_t> annotation;
};

Result<Columns> columnsOf(const std::vector<std::string>& first, bool header) {
    Columns columns;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const std::string name(trimmed(first[i]));
        if (header) columns.names.push_back(name);
        const bool annotates = header && std::find(annotationNames.begin(), annotationNames.end(),
                                                   asciiLowered(name)) != annotationNames.end();
        if (!annotates) {
            columns.features.push_back(i);
        } else if (!columns.annotation) {
            columns.annotation = i;
        }
    }
    if (columns.features.empty()) {
        return fail(ErrorCode::Format, "no features; its only columns are " + joined(columns.names, ", "));
    }
    return columns;
}

Result<float> numberIn(const DelimitedRow& row, std::size_t timestep, std::size_t column, const Columns& columns) {
    const auto line = [&] { return "line " + std::to_string(row.line); };
    const auto name = [&] {
        return ", column " + (columns.names.empty() ? std::to_string(column + 1) : columns.names[column]);
    };
    const std::string& cell = row.cells[column];
    double number = 0;
    if (!parseNumber(cell, number)) {
        const std::string found = trimmed(cell).empty() ? "nothing" : "\"" + cell.substr(0, 40) + "\"";
        return fail(ErrorCode::Format, line() + name() + ": expected a number, found " + found);
    }
    return finiteNumber(number, [&] { return "row " + std::to_string(timestep) + " (" + line() + ")" + name(); });
}

Result<Sequence> fromDelimited(std::string_view text, const std::string& extension) {
    DelimitedOptions options = delimitedOptionsFor(extension);
    options.comments = true;
    ATTN_TRY(std::vector<DelimitedRow> rows, parseDelimited(text, options));
    if (rows.empty()) return fail(ErrorCode::Format, "no numbers; expected a row of numbers per timestep");
    const std::size_t width = rows.front().cells.size();
    const bool header = isHeader(rows.front().cells);
    ATTN_TRY(const Columns columns, columnsOf(rows.front().cells, header));
    if (header) rows.erase(rows.begin());
    if (rows.empty()) return fail(ErrorCode::Format, "no numbers; only a header row");
    Tensor values(Shape{static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(columns.features.size())});
    std::size_t next = 0;
    for (std::size_t timestep = 0; timestep < rows.size(); ++timestep) {
        const DelimitedRow& row = rows[timestep];
        if (row.cells.size() != width) {
            return fail(ErrorCode::Format, "line " + std::to_string(row.line) + ": " +
                                               std::to_string(row.cells.size()) + " columns; expected " +
                                               std::to_string(width) + " as in the first row");
        }
        for (const std::size_t column : columns.features) {
            ATTN_TRY(values[next++], numberIn(row, timestep, column, columns));
        }
    }
    Sequence sequence;
    sequence.values = share(std::move(values));
    if (header) {
        for (const std::size_t column : columns.features) sequence.features.push_back(columns.names[column]);
    }
    if (columns.annotation) {
        sequence.annotation = annotationOf(rows, *columns.annotation);
        sequence.annotationName = columns.names[*columns.annotation];
    }
    return sequence;
}

Result<Sequence> readAny(const std::filesystem::path& path) {
    constexpr const char* expected = "expected .npy, .csv or .tsv";
    ATTN_TRY(std::string bytes, readBytes(path, largestFile));
    const std::string extension = lowerExtension(path);
    if (extension == ".npy" || bytes.starts_with("\x93NUMPY")) return fromNpy(bytes);
    ATTN_CHECK(refuseExecutable(bytes, extension, ".npy or .csv"));
    if (extension != ".csv" && extension != ".tsv" && extension != ".tab") {
        return fail(ErrorCode::Unsupported, "not a file of numbers that is read here; " + std::string(expected));
    }
    ATTN_TRY(const std::string text, decodeText(std::move(bytes)));
    return fromDelimited(text, extension);
}

}  // namespace

Result<Sequence> readMatrix(const std::filesystem::path& path) {
    auto sequence = readAny(path);
    if (!sequence) return failWithin(path.string(), sequence.error());
    sequence->name = path.filename().string();
    return sequence;
}

}  // namespace attnscope
