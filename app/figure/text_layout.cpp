#include "figure/text_layout.h"

#include "figure/parts.h"
#include "figure/text_kit.h"

#include <QTextLayout>

#include <algorithm>
#include <cmath>

namespace attnscope::figures {
namespace {

constexpr qreal chipHeight = 22;
constexpr qreal linePitch = 28;
/// How far a chip reaches into the white space beside its token.
constexpr qreal chipReach = 1.5;
constexpr qreal chipRadius = 3;

QString paddingText(const FoldedPadding& padding) {
    // No-break spaces keep the chip in one line.
    return QStringLiteral("%1\u00a0×\u00a0padding,\u00a0sum\u00a0%2")
        .arg(padding.count)
        .arg(compactNumber(padding.mass));
}

/// One laid out character for each of the text, except that line breaks are Qt's.
QString layoutText(const std::string& bytes) {
    QString text = QString::fromStdString(bytes);
    for (QChar& c : text) {
        if (c == u'\n' || c == QChar::ParagraphSeparator) {
            c = QChar::LineSeparator;
        } else if (c.category() == QChar::Other_Control) {
            c = u' ';
        } else if (c.unicode() >= 0xfffe) {
            c = QChar(0x00b7);
        }
    }
    return text;
}

void paintUnderline(QPainter& painter, const FigureStyle& style, const QRectF& rect) {
    painter.setPen(QPen(style.text, 1.5, Qt::DotLine, Qt::FlatCap));
    const qreal y = rect.bottom() + 1.25;
    painter.drawLine(QPointF(rect.left() + 1, y), QPointF(rect.right() - 1, y));
}

}  // namespace

TextLayout::TextLayout(TextFigure figure, FigureStyle style) : m_figure(std::move(figure)), m_style(std::move(style)) {
    compose();
    m_lines = std::make_unique<QTextLayout>(m_text);
    applyFormats();
}

bool TextLayout::recolor(const TextFigure& figure, const FigureStyle& style) {
    const auto samePlace = [](const TextPiece& a, const TextPiece& b) {
        return a.start == b.start && a.end == b.end && a.unseen == b.unseen;
    };
    const auto chip = [](const TextFigure& of) {
        return of.padding ? std::pair(paddingText(*of.padding), of.padding->beforeText) : std::pair(QString(), false);
    };
    if (figure.text != m_figure.text || chip(figure) != chip(m_figure) ||
        !std::ranges::equal(figure.pieces, m_figure.pieces, samePlace) || style.family != m_style.family ||
        style.bodySize != m_style.bodySize)
        return false;
    m_figure = figure;
    m_style = style;
    applyFormats();
    // Qt forgets the lines with the formats; where the tokens stand is what takes long to find, and that stays.
    makeLines();
    return true;
}

TextLayout::~TextLayout() = default;
TextLayout::TextLayout(TextLayout&&) noexcept = default;
TextLayout& TextLayout::operator=(TextLayout&&) noexcept = default;

void TextLayout::appendPadding() {
    const QString chip = paddingText(*m_figure.padding);
    const int start = static_cast<int>(m_text.size());
    m_text += chip;
    m_stretches.push_back({start, start + static_cast<int>(chip.size()), m_figure.pieces.size()});
}

/// Puts the text together and finds every token in it.
void TextLayout::compose() {
    const QString apart = QStringLiteral("  ");
    if (m_figure.padding && m_figure.padding->beforeText) {
        appendPadding();
        m_text += apart;
    }
    std::size_t done = 0;
    const auto append = [&](std::size_t end) {
        end = std::min(end, m_figure.text.size());
        if (end <= done) return;
        m_text += layoutText(m_figure.text.substr(done, end - done));
        done = end;
    };
    for (std::size_t piece = 0; piece < m_figure.pieces.size(); ++piece) {
        append(m_figure.pieces[piece].start);
        const int start = static_cast<int>(m_text.size());
        append(m_figure.pieces[piece].end);
        const int end = static_cast<int>(m_text.size());
        if (end > start) m_stretches.push_back({start, end, piece});
    }
    append(m_figure.text.size());
    if (m_figure.padding && !m_figure.padding->beforeText) {
        if (!m_text.isEmpty()) m_text += apart;
        appendPadding();
    }
}

QColor TextLayout::chipColor(std::size_t piece) const {
    return toColor(colorMapNamed(m_figure.colorMap).colorAt(m_figure.range.normalized(m_figure.pieces[piece].weight)));
}

void TextLayout::applyFormats() {
    QList<QTextLayout::FormatRange> formats;
    for (const Stretch& stretch : m_stretches) {
        QTextCharFormat format;
        if (isPadding(stretch) || m_figure.pieces[stretch.piece].unseen) {
            format.setForeground(m_style.secondaryText);
        } else {
            format.setForeground(legibleOn(chipColor(stretch.piece)));
            format.setFontStrikeOut(m_figure.pieces[stretch.piece].masked);
        }
        formats.push_back({stretch.start, stretch.end - stretch.start, format});
    }
    m_lines->setFormats(formats);
}

std::optional<qreal> TextLayout::oneLineWidth() const {
    if (m_text.contains(QChar::LineSeparator)) return std::nullopt;
    return textWidth(fontOf(m_style, m_style.bodySize), m_text);
}

qreal TextLayout::height() const {
    return std::max(m_lines->lineCount(), 1) * linePitch;
}

void TextLayout::breakLines(qreal width) {
    m_width = width;
    makeLines();
    m_places.assign(m_figure.pieces.size() + 1, {});
    for (const Stretch& stretch : m_stretches) m_places[stretch.piece] = measure(stretch);
}

void TextLayout::makeLines() {
    const QFont font = fontOf(m_style, m_style.bodySize);
    m_lines->setFont(font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    const bool rightToLeft = m_text.isRightToLeft();
    option.setTextDirection(rightToLeft ? Qt::RightToLeft : Qt::LeftToRight);
    option.setAlignment(rightToLeft ? Qt::AlignRight : Qt::AlignLeft);
    m_lines->setTextOption(option);
    m_lines->beginLayout();
    int count = 0;
    for (QTextLine line = m_lines->createLine(); line.isValid(); line = m_lines->createLine()) {
        line.setLineWidth(m_width);
        // On a common baseline, whatever fonts a line mixes.
        const qreal baseline = linePitch / 2 + font.pixelSize() * 0.36;
        line.setPosition({0, count * linePitch + baseline - line.ascent()});
        ++count;
    }
    m_lines->endLayout();
}

std::vector<QRectF> TextLayout::measure(const Stretch& stretch) const {
    std::vector<QRectF> places;
    for (int i = m_lines->lineForTextPosition(stretch.start).lineNumber(); i < m_lines->lineCount(); ++i) {
        const QTextLine line = m_lines->lineAt(i);
        if (line.textStart() >= stretch.end) break;
        const int start = std::max(stretch.start, line.textStart());
        int end = std::min(stretch.end, line.textStart() + line.textLength());
        while (end > start && m_text[end - 1].isSpace() && m_text[end - 1] != QChar::Nbsp) --end;
        if (start >= end) continue;
        // Both edges of every character: in mixed directions the ends of the stretch need not be its left and right.
        qreal left = line.cursorToX(start);
        qreal right = left;
        for (int at = start; at < end; ++at) {
            for (const QTextLine::Edge edge : {QTextLine::Leading, QTextLine::Trailing}) {
                const qreal x = line.cursorToX(at, edge);
                left = std::min(left, x);
                right = std::max(right, x);
            }
        }
        // Into the white space around; away from a neighbour that follows at once.
        const bool freeBefore = start == line.textStart() || m_text[start - 1].isSpace();
        const bool freeAfter =
            end >= m_text.size() || m_text[end].isSpace() || end == line.textStart() + line.textLength();
        const bool backwards = line.cursorToX(start, QTextLine::Leading) > line.cursorToX(start, QTextLine::Trailing);
        const bool freeLeft = backwards ? freeAfter : freeBefore;
        const bool freeRight = backwards ? freeBefore : freeAfter;
        left -= freeLeft ? chipReach : -0.5;
        right += freeRight ? chipReach : -0.5;
        places.emplace_back(left, i * linePitch + (linePitch - chipHeight) / 2, right - left, chipHeight);
    }
    return places;
}

std::optional<std::size_t> TextLayout::pieceAt(QPointF point) const {
    std::optional<std::size_t> nearest;
    qreal distance = chipHeight;
    for (std::size_t piece = 0; piece < m_figure.pieces.size(); ++piece) {
        for (const QRectF& place : m_places[piece]) {
            // A line's tokens answer for the whole height of the line.
            if (std::abs(point.y() - place.center().y()) > linePitch / 2) continue;
            const qreal away = std::max({place.left() - point.x(), point.x() - place.right(), 0.0});
            if (away >= distance) continue;
            distance = away;
            nearest = piece;
        }
    }
    return nearest;
}

void TextLayout::paintStretch(QPainter& painter, const Stretch& stretch, const QRectF& rect) const {
    if (isPadding(stretch) || m_figure.pieces[stretch.piece].unseen) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_style.line, 1, isPadding(stretch) ? Qt::SolidLine : Qt::DashLine));
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), chipRadius, chipRadius);
        if (isPadding(stretch) && m_figure.padding->masked) {
            QColor veil = m_style.background;
            veil.setAlpha(170);
            paintHatch(painter, m_style, rect.adjusted(1, 1, -1, -1));
            painter.fillRect(rect.adjusted(1, 1, -1, -1), veil);
        }
        return;
    }
    const TextPiece& piece = m_figure.pieces[stretch.piece];
    painter.setPen(Qt::NoPen);
    painter.setBrush(chipColor(stretch.piece));
    painter.drawRoundedRect(rect, chipRadius, chipRadius);
    if (piece.masked) {
        paintHatch(painter, m_style, rect.adjusted(1, 1, -1, -1));
        // Behind the letters the hatch stays faint.
        QColor veil = chipColor(stretch.piece);
        veil.setAlpha(170);
        painter.setPen(Qt::NoPen);
        painter.setBrush(veil);
        painter.drawRoundedRect(rect, chipRadius, chipRadius);
    }
    if (piece.unknown) paintUnderline(painter, m_style, rect);
}

void TextLayout::paint(QPainter& painter, QPointF origin, const QRectF& visible) const {
    if (m_text.isEmpty()) {
        drawText(painter, fontOf(m_style, m_style.bodySize), m_style.secondaryText, origin + QPointF(0, linePitch / 2),
                 Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("empty text"));
        return;
    }
    for (const Stretch& stretch : m_stretches) {
        for (const QRectF& place : m_places[stretch.piece]) {
            if (visible.isEmpty() || visible.intersects(place)) paintStretch(painter, stretch, place.translated(origin));
        }
    }
    painter.setPen(m_style.text);
    m_lines->draw(&painter, origin, {}, visible.isEmpty() ? QRectF() : visible.translated(origin));
}

}  // namespace attnscope::figures
