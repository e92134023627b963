#include "formula/expression_parser.h"

#include "formula/functions.h"
#include "formula/message.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace attnscope {

namespace {

// Checking, lowering and destroying a tree recurse; a formula of a paper is about ten levels deep.
constexpr int depthLimit = 200;

constexpr std::array<std::string_view, 6> comparisons = {"<", "<=", ">", ">=", "==", "!="};

std::string tooDeep() {
    return "the expression is nested more than " + std::to_string(depthLimit) +
           " levels deep; expected a shorter one: "
           "give a part of it a line of its own";
}

std::string place(Position position) {
    return "line " + std::to_string(position.line) + ", column " + std::to_string(position.column);
}

}  // namespace

Result<float> parseNumber(const TokenStream& tokens, const Token& token) {
    float value = 0.0F;
    const char* const end = token.text.data() + token.text.size();
    const auto [stopped, error] = std::from_chars(token.text.data(), end, value);
    if (error == std::errc::result_out_of_range)
        return tokens.failAtToken(token, "the number " + std::string(token.text) +
                                             " is beyond float32; expected 0 or a size between 1e-38 and 3e38");
    if (error != std::errc() || stopped != end)
        return tokens.failAtToken(token, "'" + std::string(token.text) + "' is not a number");
    return value;
}

Result<std::int64_t> parseWholeNumber(const TokenStream& tokens, const Token& token) {
    constexpr std::int64_t largest = std::int64_t{1} << 31;
    std::int64_t value = 0;
    const char* const end = token.text.data() + token.text.size();
    const auto [stopped, error] = std::from_chars(token.text.data(), end, value);
    if (error == std::errc() && stopped == end && value <= largest) return value;
    return tokens.failAtToken(token, "expected a whole number, found '" + std::string(token.text) + "'");
}

Result<ExpressionPtr> ExpressionParser::parse() {
    ATTN_TRY(Parsed parsed, comparison());
    return std::move(parsed.expression);
}

template <typename Node>
Result<ExpressionParser::Parsed> ExpressionParser::made(Node node, const Token& token, int depth) const {
    if (depth > depthLimit) return m_tokens.failAtToken(token, tooDeep());
    return Parsed{std::make_shared<const Expression>(Expression{std::move(node), token.position}), depth};
}

Result<ExpressionParser::Parsed> ExpressionParser::binary(const Token& op, Parsed left, Parsed right) const {
    const int depth = 1 + std::max(left.depth, right.depth);
    return made(BinaryExpression{std::string(op.text), std::move(left.expression), std::move(right.expression)}, op,
                depth);
}

Result<ExpressionParser::Parsed> ExpressionParser::comparison() {
    ATTN_TRY(Parsed left, sum());
    const Token& op = m_tokens.peek();
    const bool compares = op.kind == TokenKind::Symbol && std::ranges::find(comparisons, op.text) != comparisons.end();
    if (!compares) return left;
    const Token taken = m_tokens.take();
    ATTN_TRY(Parsed right, sum());
    return binary(taken, std::move(left), std::move(right));
}

Result<ExpressionParser::Parsed> ExpressionParser::sum() {
    ATTN_TRY(Parsed left, product());
    while (m_tokens.at("+") || m_tokens.at("-")) {
        const Token op = m_tokens.take();
        ATTN_TRY(Parsed right, product());
        ATTN_TRY(left, binary(op, std::move(left), std::move(right)));
    }
    return left;
}

Result<ExpressionParser::Parsed> ExpressionParser::product() {
    ATTN_TRY(Parsed left, signedPower());
    while (m_tokens.at("*") || m_tokens.at("/")) {
        const Token op = m_tokens.take();
        ATTN_TRY(Parsed right, signedPower());
        ATTN_TRY(left, binary(op, std::move(left), std::move(right)));
    }
    return left;
}

/// Every way to nest an expression in another leads through here.
Result<ExpressionParser::Parsed> ExpressionParser::signedPower() {
    const Token token = m_tokens.peek();
    if (m_nesting >= depthLimit) return m_tokens.failAtToken(token, tooDeep());
    ++m_nesting;
    auto parsed = [&]() -> Result<Parsed> {
        if (!m_tokens.accept("-")) return power();
        ATTN_TRY(Parsed argument, signedPower());
        const int depth = argument.depth + 1;
        return made(CallExpression{std::string(negateFunction), std::move(argument.expression)}, token, depth);
    }();
    --m_nesting;
    return parsed;
}

Result<ExpressionParser::Parsed> ExpressionParser::power() {
    ATTN_TRY(Parsed base, primary());
    if (!m_tokens.at("^")) return base;
    const Token op = m_tokens.take();
    ATTN_TRY(Parsed exponent, signedPower());
    return binary(op, std::move(base), std::move(exponent));
}

Result<ExpressionParser::Parsed> ExpressionParser::primary() {
    if (m_tokens.at(TokenKind::Number)) return number();
    if (m_tokens.at(TokenKind::Name)) return named();
    if (!m_tokens.at("(")) return m_tokens.failExpected("a value, a number or '('");
    const Token open = m_tokens.take();
    ATTN_TRY(Parsed inner, comparison());
    ATTN_CHECK(m_tokens.expect(")", "to close the '(' at " + place(open.position)));
    return inner;
}

Result<ExpressionParser::Parsed> ExpressionParser::number() {
    const Token token = m_tokens.take();
    ATTN_TRY(const float value, parseNumber(m_tokens, token));
    return made(NumberExpression{value}, token, 1);
}

Result<ExpressionParser::Parsed> ExpressionParser::named() {
    const Token name = m_tokens.take();
    if (const auto kind = reductionKind(name.text)) return reduction(name, *kind);
    if (const auto function = indexFunction(name.text)) return indexValue(name, *function);
    if (m_tokens.at("(") || isFunction(name.text)) return call(name);
    ReferenceExpression reference{std::string(name.text), {}, {}};
    if (m_tokens.accept("[")) ATTN_CHECK(useIndices(reference));
    return made(std::move(reference), name, 1);
}

/// `t,f]`, `0,f]`, `-1,f]`
Status ExpressionParser::useIndices(ReferenceExpression& reference) {
    do {
        const Token& first = m_tokens.peek();
        if (m_tokens.at("-") || m_tokens.at(TokenKind::Number)) {
            reference.indexPositions.push_back(first.position);
            const std::string sign = m_tokens.accept("-") ? "-" : "";
            if (!m_tokens.at(TokenKind::Number)) return m_tokens.failExpected("a whole number");
            ATTN_TRY(const std::int64_t number, parseWholeNumber(m_tokens, m_tokens.take()));
            reference.indices.push_back((number == 0 ? "" : sign) + std::to_string(number));
            continue;
        }
        ATTN_TRY(const Token index, m_tokens.expectName("an index letter"));
        if (std::ranges::find(reference.indices, index.text) != reference.indices.end())
            return m_tokens.failAtToken(
                index, "index '" + std::string(index.text) + "' is used twice; expected different letters");
        reference.indices.emplace_back(index.text);
        reference.indexPositions.push_back(index.position);
    } while (m_tokens.accept(","));
    return m_tokens.expect("]", "or ',' after an index letter");
}

bool ExpressionParser::isFunction(std::string_view name) const {
    return functionKind(name) || std::ranges::find(m_functions, name, &FunctionDeclaration::name) != m_functions.end();
}

Result<ExpressionParser::Parsed> ExpressionParser::call(const Token& name) {
    const std::string function(name.text);
    if (!isFunction(function) || function == negateFunction) {
        std::vector<std::string> known = callableNames();
        for (const FunctionDeclaration& declared : m_functions) known.push_back(declared.name);
        return m_tokens.failAtToken(name, "unknown function '" + function + "'" + suggestion(function, known));
    }
    ATTN_CHECK(m_tokens.expect("(", "after the function " + function));
    ATTN_TRY(Parsed argument, comparison());
    ATTN_CHECK(m_tokens.expect(")", "to close " + function + "( at " + place(name.position)));
    const int depth = argument.depth + 1;
    return made(CallExpression{function, std::move(argument.expression)}, name, depth);
}

Result<ExpressionParser::Parsed> ExpressionParser::indexValue(const Token& name, IndexFunction function) {
    const std::string written(name.text);
    ATTN_CHECK(m_tokens.expect("(", "after " + written + ", as in " + written + "(t)"));
    ATTN_TRY(const Token index, m_tokens.expectName("an index letter, as in " + written + "(t)"));
    ATTN_CHECK(m_tokens.expect(")", "to close " + written + "( at " + place(name.position)));
    return made(IndexExpression{function, std::string(index.text), index.position}, name, 1);
}

Result<ExpressionParser::Parsed> ExpressionParser::reduction(const Token& name, ReductionKind kind) {
    const std::string function(name.text);
    const std::string form = ", as in " + function + "(t: …)";
    ReductionExpression node{kind, {}, nullptr, {}};
    ATTN_CHECK(m_tokens.expect("(", "after " + function + form));
    if (!m_tokens.at(TokenKind::Name)) return m_tokens.failExpected("an index letter" + form);
    if (!TokenStream::isSymbol(m_tokens.peek(1), ",") && !TokenStream::isSymbol(m_tokens.peek(1), ":"))
        return m_tokens.failExpected("index letters and ':'" + form);
    ATTN_CHECK(m_tokens.indexList(":", node.indices, node.indexPositions));
    ATTN_TRY(Parsed argument, comparison());
    ATTN_CHECK(m_tokens.expect(")", "to close " + function + "( at " + place(name.position)));
    node.argument = std::move(argument.expression);
    return made(std::move(node), name, argument.depth + 1);
}

}  // namespace attnscope
