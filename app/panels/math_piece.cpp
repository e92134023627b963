#include "panels/math_piece.h"

#include <QFontDatabase>
#include <QFontMetricsF>

#include <algorithm>
#include <array>
#include <cmath>

namespace attnscope {
namespace {

constexpr std::array<double, 3> levelSizes{1.0, 0.74, 0.6};

QFont sized(const QFont& font, int level) {
    QFont smaller = font;
    const auto place = std::min(static_cast<std::size_t>(std::max(level, 0)), levelSizes.size() - 1);
    smaller.setPointSizeF(font.pointSizeF() * levelSizes[place]);
    return smaller;
}

QString mathFamily() {
    static constexpr std::array families{"STIX Two Text",    "Latin Modern Roman", "Libertinus Serif",
                                         "Liberation Serif", "Times New Roman",    "Noto Serif",
                                         "DejaVu Serif"};
    for (const char* family : families) {
        if (QFontDatabase::hasFamily(QString::fromLatin1(family))) return QString::fromLatin1(family);
    }
    return QStringLiteral("serif");
}

double ruleWidth(double em) {
    return std::max(1.0, em / 16.0);
}

}  // namespace

void MathPiece::put(const MathPiece& piece, QPointF at) {
    const int firstLink = static_cast<int>(links.size());
    for (MathMark mark : piece.marks) {
        mark.at += at;
        if (!mark.path.isEmpty()) mark.path.translate(at);
        if (mark.link >= 0) mark.link += firstLink;
        marks.push_back(std::move(mark));
    }
    for (MathLink link : piece.links) {
        link.area.translate(at);
        links.push_back(std::move(link));
    }
    ascent = std::max(ascent, piece.ascent - at.y());
    descent = std::max(descent, piece.descent + at.y());
}

void MathPiece::append(const MathPiece& piece) {
    const double space = marks.empty() && width == 0.0 ? 0.0 : piece.spaceBefore;
    put(piece, {width + space, 0.0});
    width += space + piece.width;
}

MathPiece merged(const MathRow& row) {
    MathPiece whole;
    for (const MathPiece& piece : row) whole.append(piece);
    return whole;
}

MathFonts::MathFonts(const QFont& base) : m_upright(base) {
    m_upright.setFamily(mathFamily());
    m_upright.setPointSizeF(base.pointSizeF() * 1.2);  // serif faces look smaller, and there are indices
    m_upright.setHintingPreference(QFont::PreferNoHinting);
    m_italic = m_upright;
    m_italic.setItalic(true);
}

QFont MathFonts::upright(int level) const {
    return sized(m_upright, level);
}

QFont MathFonts::italic(int level) const {
    return sized(m_italic, level);
}

double MathFonts::em(int level) const {
    return QFontMetricsF(upright(level)).horizontalAdvance(QLatin1Char('m')) * 1.15;
}

double MathFonts::axis(int level) const {
    return QFontMetricsF(upright(level)).xHeight() * 0.58;
}

MathPiece MathFonts::text(const QString& text, const QFont& font) const {
    const QFontMetricsF metrics(font);
    MathPiece piece;
    piece.width = metrics.horizontalAdvance(text);
    // Italic letters lean out of their box.
    if (font.italic()) piece.width = std::max(piece.width, metrics.boundingRect(text).right());
    piece.ascent = metrics.ascent() * 0.82;  // without the room for accents
    piece.descent = metrics.descent() * 0.9;
    piece.marks.push_back({{0.0, 0.0}, text, font, {}, -1});
    return piece;
}

MathPiece MathFonts::withScripts(const MathPiece& base, const MathPiece* below, const MathPiece* above,
                                 int level) const {
    MathPiece piece = base;
    const double gap = em(level) * 0.06;
    const double xHeight = QFontMetricsF(upright(level)).xHeight();
    if (below != nullptr) piece.put(*below, {base.width + gap, std::max(xHeight * 0.42, base.descent - xHeight * 0.2)});
    if (above != nullptr) piece.put(*above, {base.width + gap, -std::max(xHeight * 0.85, base.ascent - xHeight)});
    const double widest = std::max(below != nullptr ? below->width : 0.0, above != nullptr ? above->width : 0.0);
    piece.width += gap + widest;
    return piece;
}

MathPiece MathFonts::withUnder(const MathPiece& base, const MathPiece& below, int level) const {
    MathPiece piece;
    piece.width = std::max(base.width, below.width);
    piece.put(base, {(piece.width - base.width) / 2.0, 0.0});
    const double gap = em(level) * 0.04;
    piece.put(below, {(piece.width - below.width) / 2.0, base.descent + gap + below.ascent * 0.86});
    return piece;
}

MathPiece MathFonts::fraction(const MathPiece& above, const MathPiece& below, int level) const {
    const double rule = ruleWidth(em(level));
    const double pad = em(level) * 0.16;
    const double gap = em(level) * 0.14;
    MathPiece piece;
    piece.width = std::max(above.width, below.width) + 2.0 * pad;
    const double line = -axis(level);
    piece.put(above, {(piece.width - above.width) / 2.0, line - gap - above.descent});
    piece.put(below, {(piece.width - below.width) / 2.0, line + gap + rule + below.ascent});
    QPainterPath path;
    path.addRect(QRectF(0.0, line, piece.width, rule));
    piece.marks.push_back({{}, {}, {}, path, -1});
    return piece;
}

MathPiece MathFonts::root(const MathPiece& content, int level) const {
    const double unit = em(level);
    const double rule = ruleWidth(unit);
    const double head = unit * 0.62;
    const double top = -content.ascent - unit * 0.12;
    QPainterPath line;
    line.moveTo(0.0, -axis(level));
    line.lineTo(head * 0.3, -axis(level) - unit * 0.08);
    line.lineTo(head * 0.62, content.descent);
    line.lineTo(head, top);
    line.lineTo(head + content.width + unit * 0.08, top);
    QPainterPathStroker stroker;
    stroker.setWidth(rule);
    stroker.setJoinStyle(Qt::MiterJoin);
    MathPiece piece;
    piece.put(content, {head + unit * 0.04, 0.0});
    piece.width = head + content.width + unit * 0.12;
    piece.ascent = -top + rule;
    piece.marks.push_back({{}, {}, {}, stroker.createStroke(line), -1});
    return piece;
}

MathPiece MathFonts::bracket(QChar kind, const MathPiece& content, int level) const {
    const MathPiece plain = text(kind, upright(level));
    const double unit = em(level);
    if (kind != QLatin1Char('|') && content.ascent <= plain.ascent * 1.25 && content.descent <= plain.descent * 1.6)
        return plain;
    // As high above the axis as below it, so that it stands around the content evenly.
    const double reach = std::max(content.ascent - axis(level), content.descent + axis(level));
    const double top = -axis(level) - reach;
    const double bottom = -axis(level) + reach;
    MathPiece piece;
    piece.width = unit * (kind == QLatin1Char('|') ? 0.28 : 0.4);
    piece.ascent = -top;
    piece.descent = bottom;
    QPainterPath path;
    if (kind == QLatin1Char('|')) {
        path.addRect(QRectF(piece.width / 2.0, top, ruleWidth(unit), bottom - top));
    } else {
        const bool opens = kind == QLatin1Char('(');
        const double inside = opens ? piece.width * 0.9 : piece.width * 0.1;
        const double outside = opens ? piece.width * 0.12 : piece.width * 0.88;
        const double thick = (opens ? 1.0 : -1.0) * unit * 0.09;
        const double bow = (bottom - top) * 0.28;
        path.moveTo(inside, top);
        path.cubicTo(outside, top + bow, outside, bottom - bow, inside, bottom);
        path.cubicTo(outside + thick, bottom - bow, outside + thick, top + bow, inside, top);
    }
    piece.marks.push_back({{}, {}, {}, path, -1});
    return piece;
}

}  // namespace attnscope
