#include "formula/lexer.h"

#include "base/text.h"
#include "formula/formula.h"
#include "formula/message.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

constexpr std::string_view symbols = "[](),:=?+-*/^<>";
constexpr std::array<std::string_view, 4> longSymbols = {"<=", ">=", "==", "!="};

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Bytes of the UTF-8 code point that starts at `at`; 0 if there is none (RFC 3629, section 4).
std::size_t codePointLength(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    }
    const unsigned second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    return overlong || beyond ? 0 : length;
}

class Lexer {
public:
    Lexer(std::string_view source, std::string formula) : m_source(source), m_formula(std::move(formula)) {}

    Result<TokenizedFormula> run() {
        if (m_source.size() > formulaSizeLimit)
            return fail(ErrorCode::Limit,
                        m_formula + ": the formula is longer than " + std::to_string(formulaSizeLimit) + " bytes");
        if (m_source.starts_with("\xEF\xBB\xBF")) m_at = 3;
        while (m_at < m_source.size()) ATTN_CHECK(step());
        emit(TokenKind::End, m_at);
        return std::move(m_result);
    }

    std::vector<Token> runLeniently() {
        m_keepsComments = true;
        while (m_at < m_source.size()) {
            const std::size_t before = m_at;
            if (!step() && m_at == before) skip(1);
        }
        emit(TokenKind::End, m_at);
        return std::move(m_result.tokens);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return m_at + ahead < m_source.size() ? m_source[m_at + ahead] : '\0';
    }

    /// Moves over one code point.
    Status advance() {
        const std::size_t length = codePointLength(m_source, m_at);
        if (length == 0) return failAt(m_formula, m_position, "the formula is not UTF-8 text");
        m_at += length;
        ++m_position.column;
        return {};
    }

    /// Moves over `count` ASCII characters.
    void skip(std::size_t count) {
        m_at += count;
        m_position.column += static_cast<int>(count);
    }

    void emit(TokenKind kind, std::size_t end) {
        m_result.tokens.push_back({kind, m_source.substr(m_at, end - m_at), m_position, m_at, end});
        skip(end - m_at);
    }

    Status step() {
        const char c = peek();
        if (c == '\n') {
            newline();
        } else if (c == ' ' || c == '\t' || c == '\r') {
            skip(1);
        } else if (c == '#') {
            return comment();
        } else if (c == '"') {
            return string();
        } else if (isNameStart(c)) {
            std::size_t end = m_at;
            while (end < m_source.size() && (isNameStart(m_source[end]) || isDigit(m_source[end]))) ++end;
            emit(TokenKind::Name, end);
        } else if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
            number();
        } else if (std::ranges::find(longSymbols, m_source.substr(m_at, 2)) != longSymbols.end()) {
            emit(TokenKind::Symbol, m_at + 2);
        } else if (c != '\0' && symbols.find(c) != std::string_view::npos) {
            if (c == '(' || c == '[') ++m_open;
            if ((c == ')' || c == ']') && m_open > 0) --m_open;
            emit(TokenKind::Symbol, m_at + 1);
        } else {
            return unexpectedCharacter();
        }
        return {};
    }

    void newline() {
        // A list goes on behind a comma.
        const bool continues = m_open > 0 || (!m_result.tokens.empty() && m_result.tokens.back().text == ",");
        const bool blank = m_result.tokens.empty() || m_result.tokens.back().kind == TokenKind::Newline;
        if (!continues && !blank)
            emit(TokenKind::Newline, m_at + 1);
        else
            ++m_at;
        ++m_position.line;
        m_position.column = 1;
    }

    Status comment() {
        const std::size_t begin = m_at;
        const Position position = m_position;
        while (m_at < m_source.size() && peek() != '\n') ATTN_CHECK(advance());
        const std::string_view text = m_source.substr(begin, m_at - begin);
        if (m_result.title.empty()) m_result.title = trimmed(text.substr(1));
        if (m_keepsComments) m_result.tokens.push_back({TokenKind::Comment, text, position, begin, m_at});
        return {};
    }

    Status string() {
        Token token{TokenKind::String, {}, m_position, m_at, m_at};
        skip(1);
        while (m_at < m_source.size() && peek() != '"' && peek() != '\n') ATTN_CHECK(advance());
        if (peek() != '"') return failAt(m_formula, token.position, "the text has no end; expected a closing '\"'");
        token.text = m_source.substr(token.begin + 1, m_at - token.begin - 1);
        skip(1);
        token.end = m_at;
        m_result.tokens.push_back(token);
        return {};
    }

    void number() {
        std::size_t end = m_at;
        const auto digits = [&] {
            while (end < m_source.size() && isDigit(m_source[end])) ++end;
        };
        digits();
        if (end < m_source.size() && m_source[end] == '.') {
            ++end;
            digits();
        }
        if (end < m_source.size() && (m_source[end] == 'e' || m_source[end] == 'E')) {
            std::size_t exponent = end + 1;
            if (exponent < m_source.size() && (m_source[exponent] == '+' || m_source[exponent] == '-')) ++exponent;
            if (exponent < m_source.size() && isDigit(m_source[exponent])) {
                end = exponent;
                digits();
            }
        }
        emit(TokenKind::Number, end);
    }

    Status unexpectedCharacter() {
        const Position position = m_position;
        const std::size_t begin = m_at;
        ATTN_CHECK(advance());
        const std::string_view text = m_source.substr(begin, m_at - begin);
        const bool printable = text.size() > 1 || (text[0] > ' ' && text[0] != '\x7F');
        const std::string shown = printable ? "'" + std::string(text) + "'" : "a control character";
        return failAt(m_formula, position,
                      "unexpected " + shown +
                          "; expected a name (letters a-z, digits, _), a number or one of [ ] ( ) , : = ? "
                          "+ - * / ^ < <= > >= == !=");
    }

    std::string_view m_source;
    std::string m_formula;
    TokenizedFormula m_result;
    Position m_position;
    std::size_t m_at = 0;
    int m_open = 0;  ///< parentheses and brackets
    bool m_keepsComments = false;
};

}  // namespace

Result<TokenizedFormula> tokenize(std::string_view source, const std::string& formula) {
    return Lexer(source, formula).run();
}

std::vector<Token> tokenizeLeniently(std::string_view source) {
    return Lexer(source, {}).runLeniently();
}

}  // namespace attnscope
