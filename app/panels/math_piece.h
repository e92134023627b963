#pragma once

#include <QFont>
#include <QPainterPath>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <string>
#include <vector>

class QPainter;

namespace attnscope {

/// Something to paint: a text at its baseline, or a path.
struct MathMark {
    QPointF at;
    QString text;
    QFont font;
    QPainterPath path;  ///< filled; for marks without text
    int link = -1;      ///< place in MathPiece::links that it belongs to
};

/// A name that one can click.
struct MathLink {
    std::string name;
    QRectF area;
};

/// A piece of typeset mathematics around its origin, which lies on the baseline at its left.
struct MathPiece {
    double width = 0.0;
    double ascent = 0.0;   ///< above the baseline
    double descent = 0.0;  ///< below it
    std::vector<MathMark> marks;
    std::vector<MathLink> links;
    /// A line may end before this piece; the smaller the better. Negative: it may not.
    int breakBefore = -1;
    double spaceBefore = 0.0;  ///< that does not count at the start of a line

    [[nodiscard]] double height() const { return ascent + descent; }
    /// Puts another piece into this one, its origin at `at`; ascent and descent grow to hold it, the width does not.
    void put(const MathPiece& piece, QPointF at);
    /// Puts another piece behind this one.
    void append(const MathPiece& piece);
};
using MathRow = std::vector<MathPiece>;

/// The row as one piece that cannot be broken.
[[nodiscard]] MathPiece merged(const MathRow& row);

/// The fonts of mathematics of one size, and the pieces made of nothing but text, rules and brackets.
class MathFonts {
public:
    /// A serif face with the size of `base`: the words around are sans serif, so that names stand out as mathematics.
    explicit MathFonts(const QFont& base);

    /// Smaller from level to level: indices, indices of indices.
    [[nodiscard]] QFont upright(int level) const;
    [[nodiscard]] QFont italic(int level) const;
    /// The width of an em on a level.
    [[nodiscard]] double em(int level) const;
    /// How far above the baseline fractions have their rule.
    [[nodiscard]] double axis(int level) const;

    [[nodiscard]] MathPiece text(const QString& text, const QFont& font) const;
    /// `base` with what stands below and above at its right; either may be empty.
    [[nodiscard]] MathPiece withScripts(const MathPiece& base, const MathPiece* below, const MathPiece* above,
                                        int level) const;
    /// `below` centred under `base`.
    [[nodiscard]] MathPiece withUnder(const MathPiece& base, const MathPiece& below, int level) const;
    [[nodiscard]] MathPiece fraction(const MathPiece& above, const MathPiece& below, int level) const;
    [[nodiscard]] MathPiece root(const MathPiece& content, int level) const;
    /// A bracket as high as `content`: one of ( ) |.
    [[nodiscard]] MathPiece bracket(QChar kind, const MathPiece& content, int level) const;

private:
    QFont m_upright;
    QFont m_italic;
};

}  // namespace attnscope
