#include "formula/highlight.h"

#include "formula/functions.h"
#include "formula/lexer.h"

#include <algorithm>

namespace attnscope {

namespace {

/// Walks over the tokens and keeps what a name's meaning depends on.
class Highlighter {
public:
    explicit Highlighter(std::vector<Token> tokens) : m_tokens(std::move(tokens)) {}

    std::vector<Span> run() {
        for (m_at = 0; m_at < m_tokens.size(); ++m_at) {
            const Token& token = m_tokens[m_at];
            if (token.kind == TokenKind::Newline) m_directive = {};
            if (token.kind == TokenKind::Newline || token.kind == TokenKind::End) continue;
            m_spans.push_back({kindOf(token), token.begin, token.end});
            if (token.kind == TokenKind::Symbol) follow(token.text);
        }
        return std::move(m_spans);
    }

private:
    SpanKind kindOf(const Token& token) {
        switch (token.kind) {
            case TokenKind::Comment:
                return SpanKind::Comment;
            case TokenKind::Number:
                return SpanKind::Number;
            case TokenKind::String:
                return SpanKind::Text;
            case TokenKind::Name:
                return kindOfName(token.text);
            default:
                return SpanKind::Symbol;
        }
    }

    SpanKind kindOfName(std::string_view name) {
        if (m_brackets > 0 || m_reduction) return SpanKind::Index;
        if (isSymbol(m_at + 1, "(")) {
            m_reduction = reductionKind(name) || indexFunction(name);
            return SpanKind::Function;
        }
        const bool begins =
            m_at == 0 || m_tokens[m_at - 1].kind == TokenKind::Newline || m_tokens[m_at - 1].kind == TokenKind::Comment;
        if (begins && !isSymbol(m_at + 1, "[") && !isSymbol(m_at + 1, "=") &&
            std::ranges::find(directiveNames(), name) != directiveNames().end()) {
            m_directive = name;
            return SpanKind::Directive;
        }
        return isWordOfDirective(name) ? SpanKind::Directive : SpanKind::Name;
    }

    /// `as` in `weights W[f] as "*_W"`, `score` in `site score e, …`.
    [[nodiscard]] bool isWordOfDirective(std::string_view name) const {
        if (m_directive.empty()) return false;
        const bool beginsItem = m_tokens[m_at - 1].text == m_directive || isSymbol(m_at - 1, ",");
        if (m_directive == "site") return beginsItem;
        if (beginsItem || m_directive == "class" || m_directive == "input") return false;
        return m_directive == "output" ? name == "with" || name == "if" || name == "not" : name == "as";
    }

    [[nodiscard]] bool isSymbol(std::size_t at, std::string_view symbol) const {
        return at < m_tokens.size() && m_tokens[at].kind == TokenKind::Symbol && m_tokens[at].text == symbol;
    }

    void follow(std::string_view symbol) {
        if (symbol == "[") ++m_brackets;
        if (symbol == "]" && m_brackets > 0) --m_brackets;
        if (symbol == ":" || symbol == ")") m_reduction = false;
    }

    std::vector<Token> m_tokens;
    std::vector<Span> m_spans;
    std::size_t m_at = 0;
    std::string_view m_directive;  ///< the one that began the line
    int m_brackets = 0;
    bool m_reduction = false;  ///< before the colon of one
};

}  // namespace

std::vector<Span> highlightFormula(std::string_view source) {
    return Highlighter(tokenizeLeniently(source)).run();
}

}  // namespace attnscope
