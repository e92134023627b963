#pragma once

#include "formula/syntax.h"
#include "formula/token_stream.h"

namespace attnscope {

/// Parses expressions by recursive descent. From tightest to loosest: names, numbers and parentheses; ^ (from the
/// right); the sign, so that -x^2 is -(x^2); * and /; + and -; one comparison. Errors of code Formula, also when a tree
/// is deeper than 200 levels.
class ExpressionParser {
public:
    /// `functions` are the formula's own.
    ExpressionParser(TokenStream& tokens, const std::vector<FunctionDeclaration>& functions)
        : m_tokens(tokens), m_functions(functions) {}

    [[nodiscard]] Result<ExpressionPtr> parse();

private:
    struct Parsed {
        ExpressionPtr expression;
        int depth = 1;  ///< of the tree
    };
    template <typename Node>
    [[nodiscard]] Result<Parsed> made(Node node, const Token& token, int depth) const;
    [[nodiscard]] Result<Parsed> binary(const Token& op, Parsed left, Parsed right) const;

    [[nodiscard]] Result<Parsed> comparison();
    [[nodiscard]] Result<Parsed> sum();
    [[nodiscard]] Result<Parsed> product();
    [[nodiscard]] Result<Parsed> signedPower();
    [[nodiscard]] Result<Parsed> power();
    [[nodiscard]] Result<Parsed> primary();
    [[nodiscard]] Result<Parsed> number();
    [[nodiscard]] Result<Parsed> named();
    [[nodiscard]] Result<Parsed> call(const Token& name);
    [[nodiscard]] Result<Parsed> reduction(const Token& name, ReductionKind kind);
    [[nodiscard]] Result<Parsed> indexValue(const Token& name, IndexFunction function);
    [[nodiscard]] Status useIndices(ReferenceExpression& reference);
    [[nodiscard]] bool isFunction(std::string_view name) const;

    TokenStream& m_tokens;
    const std::vector<FunctionDeclaration>& m_functions;
    int m_nesting = 0;
};

/// The number that a Number token writes; an error if float32 cannot hold it.
[[nodiscard]] Result<float> parseNumber(const TokenStream& tokens, const Token& token);

/// The whole number that a Number token writes, at most 2^31; an error if it is none.
[[nodiscard]] Result<std::int64_t> parseWholeNumber(const TokenStream& tokens, const Token& token);

}  // namespace attnscope
