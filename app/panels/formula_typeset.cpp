#include "panels/formula_typeset.h"

#include "panels/expression_typeset.h"

#include <algorithm>
#include <array>
#include <limits>

namespace attnscope {
namespace {

double widthOf(const MathRow& row, std::size_t from, std::size_t to) {
    double width = 0.0;
    for (std::size_t place = from; place < to; ++place)
        width += row[place].width + (place == from ? 0.0 : row[place].spaceBefore);
    return width;
}

/// Where lines begin, so that none is wider than `width` (the later ones by `indent` less) where that can be helped.
std::vector<std::size_t> lineStarts(const MathRow& row, double width, double indent) {
    std::vector<std::size_t> starts{0};
    std::size_t at = 1;
    while (at <= row.size()) {
        const std::size_t start = starts.back();
        const double room = start == 0 ? width : width - indent;
        if (at == row.size() && widthOf(row, start, at) <= room) break;
        if (at < row.size() && widthOf(row, start, at + 1) <= room) {
            ++at;
            continue;
        }
        // Too wide: the outermost place to break so far, the last of its kind; else the next one there is.
        std::size_t best = 0;
        int bestDepth = std::numeric_limits<int>::max();
        for (std::size_t place = start + 1; place <= std::min(at, row.size() - 1); ++place) {
            const int depth = row[place].breakBefore;
            if (depth < 0 || depth > bestDepth) continue;
            best = place;
            bestDepth = depth;
        }
        while (best == 0 && at < row.size()) {
            if (row[at].breakBefore >= 0) best = at;
            ++at;
        }
        if (best == 0) break;
        starts.push_back(best);
        at = best + 1;
    }
    return starts;
}

struct Laid {
    MathPiece piece;  ///< origin: the top left corner
    bool overflows = false;
};

class StatementLayout {
public:
    StatementLayout(const MathFonts& fonts, const IsLink& isLink, double width)
        : m_fonts(fonts), m_isLink(isLink), m_width(width) {}

    Laid lay(const Statement& statement) const {
        Laid stacked = layWith(statement, true);
        return stacked.overflows ? layWith(statement, false) : stacked;
    }

private:
    Laid layWith(const Statement& statement, bool stacked) const {
        const ExpressionTypesetter typesetter(m_fonts, m_isLink, stacked);
        MathPiece left = typesetter.name(statement.name, statement.indices, 0);
        MathPiece equals = typesetter.relation(QStringLiteral("="), 0, -1);
        left.append(equals);
        MathRow row = typesetter.row(*statement.expression);
        row.front().spaceBefore = equals.spaceBefore;
        row.insert(row.begin(), left);
        const double indent = std::min(left.width, m_width * 0.2);
        const std::vector<std::size_t> starts = lineStarts(row, m_width, indent);
        Laid laid;
        for (std::size_t line = 0; line < starts.size(); ++line) {
            const std::size_t end = line + 1 < starts.size() ? starts[line + 1] : row.size();
            const auto first = row.begin() + static_cast<std::ptrdiff_t>(starts[line]);
            const MathPiece whole = merged({first, row.begin() + static_cast<std::ptrdiff_t>(end)});
            const double x = line == 0 ? 0.0 : indent;
            const double y = laid.piece.descent + (line == 0 ? 0.0 : m_fonts.em(0) * 0.15) + whole.ascent;
            laid.piece.put(whole, {x, y});
            laid.piece.descent = y + whole.descent;
            laid.piece.width = std::max(laid.piece.width, x + whole.width);
        }
        laid.overflows = laid.piece.width > m_width + 0.5;
        return laid;
    }

    const MathFonts& m_fonts;
    const IsLink& m_isLink;
    double m_width;
};

}  // namespace

TypesetFormula typesetFormula(const Formula& formula, const QFont& font, double width, const IsLink& isLink) {
    // What cannot be broken is set smaller, down to what can just be read.
    constexpr std::array<double, 4> scales{1.0, 0.88, 0.77, 0.67};
    MathPiece whole;
    for (const double scale : scales) {
        QFont scaled = font;
        scaled.setPointSizeF(font.pointSizeF() * scale);
        const MathFonts fonts(scaled);
        const StatementLayout layout(fonts, isLink, width);
        whole = {};
        bool overflows = false;
        for (const Statement& statement : formula.statements()) {
            const Laid laid = layout.lay(statement);
            const double y = whole.descent + (whole.marks.empty() ? 0.0 : fonts.em(0) * 0.42);
            whole.put(laid.piece, {0.0, y});
            whole.descent = y + laid.piece.descent;
            whole.width = std::max(whole.width, laid.piece.width);
            overflows = overflows || laid.overflows;
        }
        if (!overflows) break;
    }
    return {{whole.width, whole.descent}, std::move(whole.marks), std::move(whole.links)};
}

}  // namespace attnscope
