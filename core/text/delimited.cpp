#include "text/delimited.h"

#include "base/text.h"

#include <charconv>
#include <optional>
#include <utility>

namespace attnscope {

namespace {

/// Walks through the text once, cell by cell.
class DelimitedParser {
public:
    DelimitedParser(std::string_view text, const DelimitedOptions& options) : m_text(text), m_options(options) {}

    Result<std::vector<DelimitedRow>> parse() {
        std::vector<DelimitedRow> rows;
        while (m_at < m_text.size()) {
            if (skipLineEnd()) continue;
            if (m_options.comments && m_text[m_at] == '#') {
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
                continue;
            }
            DelimitedRow row{{}, m_line};
            bool more = true;
            while (more) {
                ATTN_TRY(std::string cell, nextCell());
                row.cells.push_back(std::move(cell));
                more = m_at < m_text.size() && m_text[m_at] == m_options.delimiter;
                if (more) ++m_at;
            }
            rows.push_back(std::move(row));
        }
        return rows;
    }

private:
    /// Whether a line ends at `at`, or the text does.
    [[nodiscard]] bool atLineEnd(std::size_t at) const {
        return at >= m_text.size() || m_text[at] == '\n' || m_text.substr(at, 2) == "\r\n";
    }

    bool skipLineEnd() {
        if (!atLineEnd(m_at)) return false;
        m_at += m_text[m_at] == '\r' ? 2 : 1;
        ++m_line;
        return true;
    }

    Result<std::string> nextCell() {
        if (m_at < m_text.size() && m_text[m_at] == '"') {
            ATTN_TRY(std::optional<std::string> quoted, quotedCell());
            if (quoted) return *std::move(quoted);
        }
        const std::size_t start = m_at;
        while (!atLineEnd(m_at) && m_text[m_at] != m_options.delimiter) ++m_at;
        return std::string(m_text.substr(start, m_at - start));
    }

    /// The cell that opens with a quote here; nothing, and nothing consumed, if it is plain text after all.
    Result<std::optional<std::string>> quotedCell() {
        std::string cell;
        std::size_t lines = 0;
        for (std::size_t at = m_at + 1; at < m_text.size(); ++at) {
            if (m_text[at] == '\n') ++lines;
            if (m_text[at] != '"') {
                cell += m_text[at];
                continue;
            }
            if (at + 1 < m_text.size() && m_text[at + 1] == '"') {
                cell += '"';
                ++at;
                continue;
            }
            if (atLineEnd(at + 1) || m_text[at + 1] == m_options.delimiter) {
                m_at = at + 1;
                m_line += lines;
                return cell;
            }
            if (m_options.looseQuotes) return std::nullopt;
            return fail(ErrorCode::Format, "line " + std::to_string(m_line + lines) +
                                               ": text behind a closing quote; expected quotes inside a quoted cell to "
                                               "be doubled");
        }
        return fail(ErrorCode::Format,
                    "line " + std::to_string(m_line) + ": a quote that opens a cell here is never closed");
    }

    std::string_view m_text;
    DelimitedOptions m_options;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
};

}  // namespace

Result<std::vector<DelimitedRow>> parseDelimited(std::string_view text, const DelimitedOptions& options) {
    return DelimitedParser(text, options).parse();
}

DelimitedOptions delimitedOptionsFor(const std::string& extension) {
    const bool tabs = extension == ".tsv" || extension == ".tab";
    return {tabs ? '\t' : ',', false, tabs};
}

bool parseNumber(std::string_view text, double& number) {
    text = trimmed(text);
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && last == text.data() + text.size();
}

}  // namespace attnscope
