#pragma once

#include "formula/syntax.h"
#include "formula/token_stream.h"

namespace attnscope {

/// Parses expressions by recursive descent. From tightest to loosest: names, numbers and parentheses; ^ (from the
/// right); the sign, so that -x^2 is -(x^2); * and /; + and -. Errors of code Formula, also when a tree is deeper than
/// 200 levels.
class ExpressionParser {
public:
    explicit ExpressionParser(TokenStream& tokens) : m_tokens(tokens) {}

    [[nodiscard]] Result<ExpressionPtr> parse();

private:
    struct Parsed {
        ExpressionPtr expression;
        int depth = 1;  ///< of the tree
    };
    template <typename Node>
    [[nodiscard]] Result<Parsed> made(Node node, const Token& token, int depth) const;
    [[nodiscard]] Result<Parsed> binary(const Token& op, Parsed left, Parsed right) const;

    [[nodiscard]] Result<Parsed> sum();
    [[nodiscard]] Result<Parsed> product();
    [[nodiscard]] Result<Parsed> signedPower();
    [[nodiscard]] Result<Parsed> power();
    [[nodiscard]] Result<Parsed> primary();
    [[nodiscard]] Result<Parsed> number();
    [[nodiscard]] Result<Parsed> named();
    [[nodiscard]] Result<Parsed> call(const Token& name);
    [[nodiscard]] Result<Parsed> reduction(const Token& name, ReductionKind kind);

    TokenStream& m_tokens;
    int m_nesting = 0;
};

/// The number that a Number token writes; an error if float32 cannot hold it.
[[nodiscard]] Result<float> parseNumber(const TokenStream& tokens, const Token& token);

}  // namespace attnscope
