#include "figure/text_painter.h"

#include "figure/parts.h"

#include <QTextLayout>

#include <algorithm>
#include <cmath>
#include <memory>

namespace attnscope::figures {
namespace {

constexpr qreal usualWidth = 752;
constexpr qreal chipHeight = 22;
constexpr qreal linePitch = 28;
/// How far a chip reaches into the white space beside its token.
constexpr qreal chipReach = 1.5;

/// A token's characters in the text as laid out.
struct Stretch {
    int start = 0;
    int end = 0;
    const TextPiece* piece = nullptr;  ///< null for the padding's chip
};

struct Layout {
    QSizeF size;
    Heading heading;
    QString text;
    std::vector<Stretch> stretches;
    std::unique_ptr<QTextLayout> lines;
    qreal textTop = 0;
    qreal footerY = 0;
};

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

void addPadding(const FoldedPadding& padding, Layout& layout) {
    const QString chip = paddingText(padding);
    const int start = static_cast<int>(layout.text.size());
    layout.text += chip;
    layout.stretches.push_back({start, start + static_cast<int>(chip.size()), nullptr});
}

/// Puts the text together and finds every token in it.
void composeText(const TextFigure& figure, Layout& layout) {
    const QString apart = QStringLiteral("  ");
    if (figure.padding && figure.padding->beforeText) {
        addPadding(*figure.padding, layout);
        layout.text += apart;
    }
    std::size_t done = 0;
    const auto append = [&](std::size_t end) {
        end = std::min(end, figure.text.size());
        if (end <= done) return;
        layout.text += layoutText(figure.text.substr(done, end - done));
        done = end;
    };
    for (const TextPiece& piece : figure.pieces) {
        append(piece.start);
        const int start = static_cast<int>(layout.text.size());
        append(piece.end);
        const int end = static_cast<int>(layout.text.size());
        if (end > start) layout.stretches.push_back({start, end, &piece});
    }
    append(figure.text.size());
    if (figure.padding && !figure.padding->beforeText) {
        if (!layout.text.isEmpty()) layout.text += apart;
        addPadding(*figure.padding, layout);
    }
}

QColor chipColor(const TextFigure& figure, const TextPiece& piece) {
    return toColor(colorMapNamed(figure.colorMap).colorAt(figure.range.normalized(piece.weight)));
}

QList<QTextLayout::FormatRange> formatsOf(const TextFigure& figure, const FigureStyle& style, const Layout& layout) {
    QList<QTextLayout::FormatRange> formats;
    for (const Stretch& stretch : layout.stretches) {
        QTextCharFormat format;
        if (!stretch.piece || stretch.piece->unseen) {
            format.setForeground(style.secondaryText);
        } else {
            format.setForeground(legibleOn(chipColor(figure, *stretch.piece)));
            format.setFontStrikeOut(stretch.piece->masked);
        }
        formats.push_back({stretch.start, stretch.end - stretch.start, format});
    }
    return formats;
}

/// Breaks the text into lines of at most `width`; returns their number.
int breakLines(Layout& layout, const QFont& font, qreal width) {
    layout.lines->setFont(font);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    option.setTextDirection(layout.text.isRightToLeft() ? Qt::RightToLeft : Qt::LeftToRight);
    layout.lines->setTextOption(option);
    layout.lines->beginLayout();
    int count = 0;
    for (QTextLine line = layout.lines->createLine(); line.isValid(); line = layout.lines->createLine()) {
        line.setLineWidth(width);
        // On a common baseline, whatever fonts a line mixes.
        const qreal baseline = linePitch / 2 + font.pixelSize() * 0.36;
        line.setPosition({0, count * linePitch + baseline - line.ascent()});
        ++count;
    }
    layout.lines->endLayout();
    return count;
}

std::vector<LegendEntry> legendOf(const TextFigure& figure, const FigureStyle& style) {
    std::vector<LegendEntry> legend;
    const auto any = [&](auto member) {
        return std::any_of(figure.pieces.begin(), figure.pieces.end(),
                           [member](const TextPiece& p) { return p.*member; });
    };
    if (any(&TextPiece::masked)) legend.push_back(maskedEntry(style));
    if (any(&TextPiece::unknown)) {
        legend.push_back({QStringLiteral("unknown to the model"), [&style](QPainter& painter, const QRectF& rect) {
                              painter.setPen(QPen(style.text, 1.5, Qt::DotLine, Qt::FlatCap));
                              painter.drawLine(rect.bottomLeft() - QPointF(0, 2), rect.bottomRight() - QPointF(0, 2));
                          }});
    }
    if (any(&TextPiece::unseen)) {
        legend.push_back({QStringLiteral("not seen by the model"), [&style](QPainter& painter, const QRectF& rect) {
                              painter.setBrush(Qt::NoBrush);
                              painter.setPen(QPen(style.line, 1, Qt::DashLine));
                              painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
                          }});
    }
    std::vector<float> weights;
    for (const TextPiece& piece : figure.pieces) {
        if (!piece.unseen) weights.push_back(piece.weight);
    }
    addNotANumberEntry(legend, weights, colorMapNamed(figure.colorMap));
    return legend;
}

Footer footerOf(const TextFigure& figure, const FigureStyle& style, qreal width) {
    const ColorScale scale{displayText(figure.valueLabel), displayText(figure.rangeNote), figure.range,
                           &colorMapNamed(figure.colorMap)};
    return Footer(style, scale, legendOf(figure, style), width);
}

Layout layoutOf(const TextFigure& figure, const FigureStyle& style, QSizeF wanted) {
    Layout layout;
    composeText(figure, layout);
    const QFont font = fontOf(style, style.bodySize);
    qreal width = wanted.width();
    if (width <= 0) {
        const bool oneLine = !layout.text.contains(QChar::LineSeparator);
        // Room for the wider letters of fallback fonts, so that a short text is not broken.
        const qreal line = oneLine ? std::ceil(textWidth(font, layout.text)) + 2 * margin + 4 : usualWidth;
        width = std::min(line, usualWidth);
    }
    width = std::max(width, narrowest);
    const qreal inner = width - 2 * margin;
    layout.heading = layoutHeading(style, figure.title, figure.subtitle, inner);
    layout.textTop = margin + layout.heading.height();
    layout.lines = std::make_unique<QTextLayout>(layout.text);
    layout.lines->setFormats(formatsOf(figure, style, layout));
    const int lines = std::max(breakLines(layout, font, inner), 1);
    layout.footerY = layout.textTop + lines * linePitch;
    const qreal height = layout.footerY + footerOf(figure, style, inner).height() + margin;
    layout.size = QSizeF(width, std::ceil(height));
    return layout;
}

/// The places of a stretch, one for each line that it is on.
std::vector<QRectF> placesOf(const Layout& layout, const Stretch& stretch) {
    std::vector<QRectF> places;
    for (int i = 0; i < layout.lines->lineCount(); ++i) {
        const QTextLine line = layout.lines->lineAt(i);
        int start = std::max(stretch.start, line.textStart());
        int end = std::min(stretch.end, line.textStart() + line.textLength());
        while (end > start && layout.text[end - 1].isSpace() && layout.text[end - 1] != QChar::Nbsp) --end;
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
        const bool freeBefore = start == line.textStart() || layout.text[start - 1].isSpace();
        const bool freeAfter =
            end >= layout.text.size() || layout.text[end].isSpace() || end == line.textStart() + line.textLength();
        const bool backwards = line.cursorToX(start, QTextLine::Leading) > line.cursorToX(start, QTextLine::Trailing);
        const bool freeLeft = backwards ? freeAfter : freeBefore;
        const bool freeRight = backwards ? freeBefore : freeAfter;
        left -= freeLeft ? chipReach : -0.5;
        right += freeRight ? chipReach : -0.5;
        places.emplace_back(left, i * linePitch + (linePitch - chipHeight) / 2, right - left, chipHeight);
    }
    return places;
}

void paintChip(QPainter& painter, const TextFigure& figure, const FigureStyle& style, const Stretch& stretch,
               const QRectF& rect) {
    constexpr qreal radius = 3;
    if (!stretch.piece || stretch.piece->unseen) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(style.line, 1, stretch.piece ? Qt::DashLine : Qt::SolidLine));
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
        return;
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(chipColor(figure, *stretch.piece));
    painter.drawRoundedRect(rect, radius, radius);
    if (stretch.piece->masked) {
        paintHatch(painter, style, rect.adjusted(1, 1, -1, -1));
        // Behind the letters the hatch stays faint.
        QColor veil = chipColor(figure, *stretch.piece);
        veil.setAlpha(170);
        painter.setPen(Qt::NoPen);
        painter.setBrush(veil);
        painter.drawRoundedRect(rect, radius, radius);
    }
}

void paintUnderline(QPainter& painter, const FigureStyle& style, const QRectF& rect) {
    painter.setPen(QPen(style.text, 1.5, Qt::DotLine, Qt::FlatCap));
    const qreal y = rect.bottom() + 1.25;
    painter.drawLine(QPointF(rect.left() + 1, y), QPointF(rect.right() - 1, y));
}

}  // namespace

QSizeF sizeOf(const TextFigure& figure, const FigureStyle& style, QSizeF size) {
    return layoutOf(figure, style, size).size;
}

void paint(QPainter& painter, const TextFigure& figure, const FigureStyle& style, QSizeF size) {
    const Layout layout = layoutOf(figure, style, size);
    painter.setRenderHint(QPainter::Antialiasing);
    layout.heading.paint(painter, style, {margin, margin});
    const QPointF origin(margin, layout.textTop);
    if (layout.text.isEmpty()) {
        drawText(painter, fontOf(style, style.bodySize), style.secondaryText, origin + QPointF(0, linePitch / 2),
                 Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("empty text"));
    }
    for (const Stretch& stretch : layout.stretches) {
        for (const QRectF& place : placesOf(layout, stretch)) {
            const QRectF rect = place.translated(origin);
            paintChip(painter, figure, style, stretch, rect);
            if (stretch.piece && stretch.piece->unknown) paintUnderline(painter, style, rect);
        }
    }
    painter.setPen(style.text);
    layout.lines->draw(&painter, origin);
    footerOf(figure, style, layout.size.width() - 2 * margin).paint(painter, {margin, layout.footerY});
}

}  // namespace attnscope::figures
