#pragma once

#include "base/result.h"
#include "formula/syntax.h"

#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

enum class TokenKind {
    Name,     ///< a letter or _, then letters, digits and _
    Number,   ///< 1, 2.5, 1e-7
    String,   ///< "…", its text without the quotes
    Symbol,   ///< one of [ ] ( ) , : = ? + - * / ^ < <= > >= == !=
    Newline,  ///< the end of a statement
    Comment,  ///< from # to the end of the line; only tokenizeLeniently gives them
    End,      ///< the end of the source
};

/// A word of a formula; `text` looks into the source.
struct Token {
    TokenKind kind = TokenKind::End;
    std::string_view text;
    Position position;
    std::size_t begin = 0;  ///< bytes into the source
    std::size_t end = 0;
};

struct TokenizedFormula {
    std::vector<Token> tokens;  ///< always ends with End
    std::string_view title;     ///< the first comment that says something
};

/// Cuts a formula's source (UTF-8) into tokens. A newline inside parentheses or brackets, or behind a
/// comma, is white space. Errors of code
/// Formula: bytes that are not UTF-8, a character that no formula has, a string without an end; code Limit: more than
/// formulaSizeLimit bytes.
[[nodiscard]] Result<TokenizedFormula> tokenize(std::string_view source, const std::string& formula);

/// The same for a source that is being typed: comments are tokens too, and what is no token is passed over.
[[nodiscard]] std::vector<Token> tokenizeLeniently(std::string_view source);

}  // namespace attnscope
