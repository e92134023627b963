#include "panels/expression_typeset.h"

#include "base/text.h"
#include "formula/functions.h"

#include <algorithm>
#include <array>
#include <utility>

namespace attnscope {
namespace {

constexpr std::array<std::pair<std::string_view, const char16_t*>, 26> greek = {{
    {"alpha", u"α"}, {"beta", u"β"},  {"gamma", u"γ"}, {"delta", u"δ"}, {"epsilon", u"ε"}, {"eps", u"ε"},
    {"zeta", u"ζ"},  {"eta", u"η"},   {"theta", u"θ"}, {"kappa", u"κ"}, {"lambda", u"λ"},  {"mu", u"μ"},
    {"nu", u"ν"},    {"xi", u"ξ"},    {"pi", u"π"},    {"rho", u"ρ"},   {"sigma", u"σ"},   {"tau", u"τ"},
    {"phi", u"φ"},   {"chi", u"χ"},   {"psi", u"ψ"},   {"omega", u"ω"}, {"Gamma", u"Γ"},   {"Delta", u"Δ"},
    {"Theta", u"Θ"}, {"Omega", u"Ω"},
}};

QString shownName(std::string_view name) {
    const auto* const letter = std::ranges::find(greek, name, &std::pair<std::string_view, const char16_t*>::first);
    if (letter != greek.end()) return QString::fromUtf16(letter->second);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

/// `W_q` is W with the index q, `W1` is W with the index 1; other names are words.
std::pair<std::string, std::string> splitName(const std::string& name) {
    const std::size_t bar = name.find('_', 1);
    if (bar != std::string::npos && bar + 1 < name.size()) return {name.substr(0, bar), name.substr(bar + 1)};
    const std::size_t digits = name.find_last_not_of("0123456789") + 1;
    if (digits > 0 && digits < name.size()) return {name.substr(0, digits), name.substr(digits)};
    return {name, {}};
}

bool isComparison(const std::string& op) {
    return op.find_first_of("<>=!") != std::string::npos;
}

bool isComparison(const Expression& expression) {
    const auto* binary = std::get_if<BinaryExpression>(&expression.node);
    return binary != nullptr && isComparison(binary->op);
}

QString comparisonSign(const std::string& op) {
    if (op == "<=") return QStringLiteral("≤");
    if (op == ">=") return QStringLiteral("≥");
    if (op == "!=") return QStringLiteral("≠");
    return op == "==" ? QStringLiteral("=") : QString::fromStdString(op);
}

/// Binds no tighter than a sum.
bool isSum(const Expression& expression) {
    const auto* binary = std::get_if<BinaryExpression>(&expression.node);
    return binary != nullptr && (binary->op == "+" || binary->op == "-" || isComparison(binary->op));
}

bool isSigned(const Expression& expression) {
    const auto* call = std::get_if<CallExpression>(&expression.node);
    return call != nullptr && call->function == negateFunction;
}

/// Ends in a Σ, which would take in whatever factor stands behind it.
bool endsInSum(const Expression& expression) {
    if (const auto* reduction = std::get_if<ReductionExpression>(&expression.node))
        return reduction->kind == ReductionKind::Sum;
    if (const auto* call = std::get_if<CallExpression>(&expression.node))
        return call->function == negateFunction && endsInSum(*call->argument);
    const auto* binary = std::get_if<BinaryExpression>(&expression.node);
    return binary != nullptr && binary->op == "*" && endsInSum(*binary->right);
}

/// Stands for itself under a power: a name, a number, something in brackets of its own.
bool isPrimary(const Expression& expression) {
    if (const auto* call = std::get_if<CallExpression>(&expression.node)) return call->function != negateFunction;
    if (const auto* reduction = std::get_if<ReductionExpression>(&expression.node))
        return reduction->kind != ReductionKind::Sum;
    return !std::holds_alternative<BinaryExpression>(expression.node);
}

bool isLetter(const Expression& expression) {
    const auto* reference = std::get_if<ReferenceExpression>(&expression.node);
    return reference != nullptr && shownName(splitName(reference->name).first).size() == 1;
}

void append(MathRow& row, MathRow more) {
    std::ranges::move(more, std::back_inserter(row));
}

}  // namespace

MathRow ExpressionTypesetter::expressionRow(const Expression& expression, int level, int depth) const {
    if (const auto* value = std::get_if<NumberExpression>(&expression.node)) return {number(value->value, level)};
    if (const auto* reference = std::get_if<ReferenceExpression>(&expression.node))
        return {name(reference->name, reference->indices, level)};
    if (const auto* binary = std::get_if<BinaryExpression>(&expression.node)) return binaryRow(*binary, level, depth);
    if (const auto* call = std::get_if<CallExpression>(&expression.node)) return callRow(*call, level, depth);
    if (const auto* reduction = std::get_if<ReductionExpression>(&expression.node))
        return reductionRow(*reduction, level, depth);
    // position(t) and size(t): the index itself, and how far it runs.
    const auto& index = std::get<IndexExpression>(expression.node);
    const MathPiece letter = indexList({index.index}, level);
    if (index.function == IndexFunction::Position) return {letter};
    MathPiece size = m_fonts.bracket(QLatin1Char('|'), letter, level);
    size.append(letter);
    size.append(m_fonts.bracket(QLatin1Char('|'), letter, level));
    return {size};
}

MathPiece ExpressionTypesetter::name(const std::string& name, const std::vector<std::string>& indices,
                                     int level) const {
    const auto [stem, mark] = splitName(name);
    const QString shown = shownName(stem);
    const bool isWord = shown.size() > 1;
    MathPiece piece = m_fonts.text(shown, isWord ? m_fonts.upright(level) : m_fonts.italic(level));
    MathPiece below;
    if (!mark.empty()) below.append(m_fonts.text(shownName(mark), m_fonts.upright(level + 1)));
    if (!mark.empty() && !indices.empty()) below.append(m_fonts.text(QStringLiteral(", "), m_fonts.upright(level + 1)));
    if (!indices.empty()) below.append(indexList(indices, level + 1));
    const double nameWidth = piece.width;
    if (!below.marks.empty()) piece = m_fonts.withScripts(piece, &below, nullptr, level);
    if (!m_isLink(name)) return piece;
    const double margin = m_fonts.em(level) * 0.06;
    const double width = below.marks.empty() ? nameWidth : piece.width;
    piece.links.push_back(
        {name, QRectF(-margin, -piece.ascent, width + 2.0 * margin, piece.height()).adjusted(0.0, 0.0, 0.0, 1.0)});
    for (MathMark& made : piece.marks) made.link = 0;
    return piece;
}

MathPiece ExpressionTypesetter::indexList(const std::vector<std::string>& indices, int level) const {
    MathPiece list;
    for (const std::string& index : indices) {
        if (!list.marks.empty()) list.append(m_fonts.text(QStringLiteral(","), m_fonts.upright(level)));
        const QString shown = shownName(index);
        list.append(m_fonts.text(shown, shown.size() > 1 ? m_fonts.upright(level) : m_fonts.italic(level)));
    }
    return list;
}

MathPiece ExpressionTypesetter::relation(const QString& symbol, int level, int breakBefore) const {
    MathPiece piece = m_fonts.text(symbol, m_fonts.upright(level));
    piece.spaceBefore = m_fonts.em(level) * (level == 0 ? 0.24 : 0.1);
    piece.breakBefore = breakBefore;
    return piece;
}

MathPiece ExpressionTypesetter::number(float value, int level) const {
    const QString text = QString::fromStdString(floatText(value)).replace(QLatin1Char('-'), QChar(0x2212));
    const qsizetype exponent = text.indexOf(QLatin1Char('e'));
    if (exponent < 0) return m_fonts.text(text, m_fonts.upright(level));
    // 3e−07 is 3 · 10 with the exponent above.
    QString power = text.mid(exponent + 1);
    const bool negative = power.startsWith(QChar(0x2212));
    if (negative || power.startsWith(QLatin1Char('+'))) power.remove(0, 1);
    while (power.size() > 1 && power.startsWith(QLatin1Char('0'))) power.remove(0, 1);
    if (negative) power.prepend(QChar(0x2212));
    const QString factor = text.left(exponent);
    MathPiece ten = m_fonts.text(factor == QLatin1String("1") ? QStringLiteral("10") : factor + QStringLiteral("·10"),
                                 m_fonts.upright(level));
    const MathPiece above = m_fonts.text(power, m_fonts.upright(level + 1));
    return m_fonts.withScripts(ten, nullptr, &above, level);
}

MathRow ExpressionTypesetter::bracketed(const Expression& expression, int level, int depth) const {
    MathRow content = expressionRow(expression, level, depth + 1);
    const MathPiece whole = merged(content);
    MathRow row{m_fonts.bracket(QLatin1Char('('), whole, level)};
    append(row, std::move(content));
    row.push_back(m_fonts.bracket(QLatin1Char(')'), whole, level));
    return row;
}

MathRow ExpressionTypesetter::bracketedIf(bool brackets, const Expression& expression, int level, int depth) const {
    return brackets ? bracketed(expression, level, depth) : expressionRow(expression, level, depth);
}

MathRow ExpressionTypesetter::binaryRow(const BinaryExpression& binary, int level, int depth) const {
    if (binary.op == "*") return productRow(binary, level, depth);
    if (binary.op == "/") return quotientRow(binary, level, depth);
    if (binary.op == "^") {
        const MathPiece base = merged(bracketedIf(!isPrimary(*binary.left), *binary.left, level, depth));
        const MathPiece power = merged(expressionRow(*binary.right, level + 1, depth));
        return {m_fonts.withScripts(base, nullptr, &power, level)};
    }
    MathRow row = bracketedIf(isComparison(*binary.left), *binary.left, level, depth);
    const QString sign = isComparison(binary.op) ? comparisonSign(binary.op)
                         : binary.op == "-"      ? QString(QChar(0x2212))
                                                 : QStringLiteral("+");
    row.push_back(relation(sign, level, depth));
    MathRow right = bracketedIf(
        (isSum(*binary.right) && binary.op != "+") || isComparison(*binary.right) || isSigned(*binary.right),
        *binary.right, level, depth);
    right.front().spaceBefore = row.back().spaceBefore;
    append(row, std::move(right));
    return row;
}

/// Letters stand side by side as papers have them; words need a dot to be told apart.
MathRow ExpressionTypesetter::productRow(const BinaryExpression& binary, int level, int depth) const {
    MathRow row = bracketedIf(isSum(*binary.left) || endsInSum(*binary.left), *binary.left, level, depth);
    const bool dot = !isLetter(*binary.right) || std::holds_alternative<NumberExpression>(binary.right->node);
    MathRow right = bracketedIf(isSum(*binary.right) || isSigned(*binary.right), *binary.right, level, depth);
    const auto* reduction = std::get_if<ReductionExpression>(&binary.right->node);
    if (dot && reduction == nullptr) row.push_back(relation(QStringLiteral("·"), level, depth + 1));
    right.front().spaceBefore = m_fonts.em(level) * 0.16;
    append(row, std::move(right));
    return row;
}

MathRow ExpressionTypesetter::quotientRow(const BinaryExpression& binary, int level, int depth) const {
    if (m_stacked && level == 0)
        return {m_fonts.fraction(merged(expressionRow(*binary.left, level, depth)),
                                 merged(expressionRow(*binary.right, level, depth)), level)};
    MathRow row = bracketedIf(isSum(*binary.left) || endsInSum(*binary.left), *binary.left, level, depth);
    row.push_back(relation(QStringLiteral("/"), level, depth + 1));
    const bool single = isPrimary(*binary.right);
    MathRow right = bracketedIf(!single, *binary.right, level, depth);
    right.front().spaceBefore = m_fonts.em(level) * 0.16;
    append(row, std::move(right));
    return row;
}

MathRow ExpressionTypesetter::callRow(const CallExpression& call, int level, int depth) const {
    const Expression& argument = *call.argument;
    if (call.function == negateFunction) {
        MathRow row{m_fonts.text(QChar(0x2212), m_fonts.upright(level))};
        append(row, bracketedIf(isSum(argument), argument, level, depth));
        return row;
    }
    if (call.function == "sqrt" && m_stacked)
        return {m_fonts.root(merged(expressionRow(argument, level, depth)), level)};
    if (call.function == "square") {
        const MathPiece base = merged(bracketedIf(!isPrimary(argument), argument, level, depth));
        const MathPiece two = m_fonts.text(QStringLiteral("2"), m_fonts.upright(level + 1));
        return {m_fonts.withScripts(base, nullptr, &two, level)};
    }
    if (call.function == "abs") {
        MathRow content = expressionRow(argument, level, depth + 1);
        const MathPiece bar = m_fonts.bracket(QLatin1Char('|'), merged(content), level);
        MathRow row{bar};
        append(row, std::move(content));
        row.push_back(bar);
        return row;
    }
    QString shown = QString::fromStdString(call.function);
    MathRow row{m_fonts.text(shown.replace(QLatin1Char('_'), QLatin1Char(' ')), m_fonts.upright(level))};
    append(row, bracketed(argument, level, depth));
    return row;
}

MathRow ExpressionTypesetter::reductionRow(const ReductionExpression& reduction, int level, int depth) const {
    const bool isSigma = reduction.kind == ReductionKind::Sum;
    MathPiece head;
    if (isSigma) {
        QFont large = m_fonts.upright(level);
        large.setPointSizeF(large.pointSizeF() * 1.3);
        head = m_fonts.text(QString(QChar(0x2211)), large);  // N-ARY SUMMATION
    } else {
        const std::string_view word = reductionName(reduction.kind);
        head =
            m_fonts.text(QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size())), m_fonts.upright(level));
    }
    MathRow row{m_fonts.withUnder(head, indexList(reduction.indices, level + 1), level)};
    MathRow body = bracketedIf(!isSigma || isSum(*reduction.argument) || isSigned(*reduction.argument),
                               *reduction.argument, level, depth);
    body.front().spaceBefore = m_fonts.em(level) * (isSigma ? 0.16 : 0.08);
    append(row, std::move(body));
    return row;
}

}  // namespace attnscope
