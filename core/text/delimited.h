#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// A record of a delimited file.
struct DelimitedRow {
    std::vector<std::string> cells;
    std::size_t line = 1;  ///< where it begins, from 1
};

struct DelimitedOptions {
    char delimiter = ',';
    /// Lines starting with # are no records.
    bool comments = false;
    /// What starts with a quote but does not end with one is plain text, as in most tab-separated files.
    bool looseQuotes = false;
};

/// The records of comma- or tab-separated text as RFC 4180 has them (quoted cells may hold delimiters, doubled quotes
/// and line ends); empty lines are skipped. Errors name the line: an unterminated quote, text behind a closing quote.
[[nodiscard]] Result<std::vector<DelimitedRow>> parseDelimited(std::string_view text, const DelimitedOptions& options);

/// Commas for .csv, tabs for .tsv and .tab.
[[nodiscard]] DelimitedOptions delimitedOptionsFor(const std::string& extension);

/// A number with nothing around it but white space: "0.5", "+1e-3", "nan", "inf"; false for anything else.
[[nodiscard]] bool parseNumber(std::string_view text, double& number);

}  // namespace attnscope
