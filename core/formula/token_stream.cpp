#include "formula/token_stream.h"

#include "base/text.h"
#include "formula/message.h"

#include <algorithm>

namespace attnscope {

const Token& TokenStream::peek(std::size_t ahead) const {
    return m_tokens[std::min(m_next + ahead, m_tokens.size() - 1)];
}

const Token& TokenStream::take() {
    const Token& token = peek();
    if (m_next + 1 < m_tokens.size()) ++m_next;
    return token;
}

bool TokenStream::accept(std::string_view symbol) {
    if (!at(symbol)) return false;
    take();
    return true;
}

Status TokenStream::expect(std::string_view symbol, const std::string& purpose) {
    if (accept(symbol)) return {};
    return failExpected("'" + std::string(symbol) + "' " + purpose);
}

Result<Token> TokenStream::expectName(const std::string& what) {
    if (!at(TokenKind::Name)) return failExpected(what);
    return take();
}

Result<Token> TokenStream::newIndex(std::vector<std::string>& indices, const std::string& what) {
    ATTN_TRY(const Token index, expectName(what));
    if (std::ranges::find(indices, index.text) != indices.end())
        return failAtToken(index, "index '" + std::string(index.text) + "' is used twice; expected different letters");
    indices.emplace_back(index.text);
    return index;
}

Status TokenStream::indexList(std::string_view close, std::vector<std::string>& indices,
                              std::vector<Position>& positions) {
    do {
        ATTN_TRY(const Token index, newIndex(indices, "an index letter"));
        positions.push_back(index.position);
    } while (accept(","));
    return expect(close, "or ',' after an index letter");
}

Status TokenStream::axisList(TensorAxes& axes, std::vector<std::string>& indices) {
    do {
        std::vector<std::string>& axis = axes.emplace_back();
        if (at(TokenKind::Number) && peek().text == "1") {
            take();
        } else if (at("(")) {
            take();
            do {
                ATTN_TRY(const Token index, newIndex(indices, "an index letter"));
                axis.emplace_back(index.text);
            } while (accept(","));
            ATTN_CHECK(expect(")", "or ',' after an index letter"));
        } else {
            ATTN_TRY(const Token index, newIndex(indices, "an index letter, '(' or 1"));
            axis.emplace_back(index.text);
        }
    } while (accept(","));
    return expect("]", "or ',' after an axis");
}

Result<std::string> TokenStream::fileName(std::string_view ownName, const std::string& what) {
    if (!at(TokenKind::Name) || peek().text != "as") return std::string(ownName);
    take();
    if (!at(TokenKind::String)) return failExpected(what);
    const Token text = take();
    if (trimmed(text.text).empty()) return failAtToken(text, "the name in a file is empty");
    return std::string(text.text);
}

tl::unexpected<Error> TokenStream::failExpected(const std::string& what) const {
    const Token& token = peek();
    std::string found = "'" + std::string(token.text) + "'";
    if (token.kind == TokenKind::End) found = "the end of the formula";
    if (token.kind == TokenKind::Newline) found = "the end of the line";
    if (token.kind == TokenKind::String) found = "the text \"" + std::string(token.text) + "\"";
    return failAtToken(token, "expected " + what + ", found " + found);
}

tl::unexpected<Error> TokenStream::failAtToken(const Token& token, const std::string& message) const {
    return failAt(m_formula, token.position, message);
}

}  // namespace attnscope
