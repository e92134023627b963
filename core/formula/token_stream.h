#pragma once

#include "formula/formula.h"
#include "formula/lexer.h"

namespace attnscope {

/// The tokens of a formula, read from front to back.
class TokenStream {
public:
    TokenStream(std::vector<Token> tokens, std::string formula)
        : m_tokens(std::move(tokens)), m_formula(std::move(formula)) {}

    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
    /// The token before the next one; there must be one.
    [[nodiscard]] const Token& previous() const { return m_tokens[m_next - 1]; }
    const Token& take();

    [[nodiscard]] bool at(TokenKind kind) const { return peek().kind == kind; }
    [[nodiscard]] bool at(std::string_view symbol) const { return isSymbol(peek(), symbol); }
    [[nodiscard]] static bool isSymbol(const Token& token, std::string_view symbol) {
        return token.kind == TokenKind::Symbol && token.text == symbol;
    }
    /// Takes the symbol if it is next.
    bool accept(std::string_view symbol);

    /// Takes the symbol, or fails: `expected ')' to close …, found 'x'`.
    [[nodiscard]] Status expect(std::string_view symbol, const std::string& purpose);
    /// Takes a name, or fails: `expected an index letter, found ']'`.
    [[nodiscard]] Result<Token> expectName(const std::string& what);
    /// `[t,f]` without the opening bracket, or `t,f` up to `close`: at least one, none twice. Takes `close` too.
    [[nodiscard]] Status indexList(std::string_view close, std::vector<std::string>& indices,
                                   std::vector<Position>& positions);

    /// The axes of a tensor up to `]`, which it takes too: letters, `(h,d)` for an axis of several, `1` for one of
    /// none.
    [[nodiscard]] Status axisList(TensorAxes& axes, std::vector<std::string>& indices);
    /// What an item is called in a model file, `as "…"`; its own name if nothing is said.
    [[nodiscard]] Result<std::string> fileName(std::string_view ownName, const std::string& what);

    /// `expected WHAT, found 'x'` at the next token.
    [[nodiscard]] tl::unexpected<Error> failExpected(const std::string& what) const;
    [[nodiscard]] tl::unexpected<Error> failAtToken(const Token& token, const std::string& message) const;

private:
    /// Takes a letter that the list does not have yet and adds it.
    [[nodiscard]] Result<Token> newIndex(std::vector<std::string>& indices, const std::string& what);

    std::vector<Token> m_tokens;
    std::string m_formula;
    std::size_t m_next = 0;
};

}  // namespace attnscope
