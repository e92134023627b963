#pragma once

#include "formula/syntax.h"
#include "panels/formula_typeset.h"

namespace attnscope {

/// Turns expressions into rows of pieces that lines can be broken between.
class ExpressionTypesetter {
public:
    /// `stacked`: fractions have a rule; else a slash, so that they can be broken.
    ExpressionTypesetter(const MathFonts& fonts, const IsLink& isLink, bool stacked)
        : m_fonts(fonts), m_isLink(isLink), m_stacked(stacked) {}

    [[nodiscard]] MathRow row(const Expression& expression) const { return expressionRow(expression, 0, 0); }
    /// A value with its index letters below.
    [[nodiscard]] MathPiece name(const std::string& name, const std::vector<std::string>& indices, int level) const;
    /// An operator with its room; a line may end before it.
    [[nodiscard]] MathPiece relation(const QString& symbol, int level, int breakBefore) const;

private:
    /// `depth` says how many brackets are around, which makes breaking a line less welcome.
    [[nodiscard]] MathRow expressionRow(const Expression& expression, int level, int depth) const;
    [[nodiscard]] MathRow binaryRow(const BinaryExpression& binary, int level, int depth) const;
    [[nodiscard]] MathRow productRow(const BinaryExpression& binary, int level, int depth) const;
    [[nodiscard]] MathRow quotientRow(const BinaryExpression& binary, int level, int depth) const;
    [[nodiscard]] MathRow callRow(const CallExpression& call, int level, int depth) const;
    [[nodiscard]] MathRow reductionRow(const ReductionExpression& reduction, int level, int depth) const;
    [[nodiscard]] MathRow bracketed(const Expression& expression, int level, int depth) const;
    [[nodiscard]] MathRow bracketedIf(bool brackets, const Expression& expression, int level, int depth) const;
    [[nodiscard]] MathPiece number(float value, int level) const;
    [[nodiscard]] MathPiece indexList(const std::vector<std::string>& indices, int level) const;

    const MathFonts& m_fonts;
    const IsLink& m_isLink;
    bool m_stacked;
};

}  // namespace attnscope
