#include "figure/column_labels.h"

#include <algorithm>
#include <cmath>

namespace attnscope::figures {
namespace {

constexpr qreal longestTurnedLabel = 96;
constexpr qreal longestRowLabel = 144;
constexpr qreal gap = 8;
constexpr qreal tickLength = 4;
const qreal diagonal = std::sqrt(0.5);

std::vector<QString> textsOf(const std::vector<std::string>& labels, std::size_t count) {
    std::vector<QString> texts;
    texts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        texts.push_back(i < labels.size() ? displayText(labels[i]) : QString::number(i));
    }
    return texts;
}

qreal widest(const QFont& font, const std::vector<QString>& texts, std::size_t every) {
    qreal width = 0;
    for (std::size_t i = 0; i < texts.size(); i += every) width = std::max(width, textWidth(font, texts[i]));
    return width;
}

void elideAll(const QFont& font, std::vector<QString>& texts, qreal width) {
    for (QString& text : texts) text = elided(font, text, width);
}

/// How far the first and last level or turned labels reach beyond the columns.
void measureOverhang(ColumnLabels& labels, qreal columnWidth) {
    const auto count = static_cast<qreal>(labels.texts.size());
    for (std::size_t i = 0; i < labels.texts.size(); i += labels.every) {
        const qreal width = textWidth(labels.font, labels.texts[i]);
        const qreal centre = (static_cast<qreal>(i) + 0.5) * columnWidth;
        const qreal half = lineHeight(labels.font) / 2;
        qreal left = width / 2;
        qreal right = width / 2;
        if (labels.turn == ColumnLabels::Turn::Slanted) {
            left = width * diagonal + half * diagonal;
            right = half * diagonal;
        } else if (labels.turn == ColumnLabels::Turn::Upright) {
            left = right = half;
        }
        labels.leftOverhang = std::max(labels.leftOverhang, left - centre);
        labels.rightOverhang = std::max(labels.rightOverhang, centre + right - count * columnWidth);
    }
}

}  // namespace

ColumnLabels layoutColumnLabels(const FigureStyle& style, const std::vector<std::string>& labels, std::size_t count,
                                qreal columnWidth) {
    const bool numbered = labels.empty();
    ColumnLabels result;
    result.numbered = numbered;
    result.font = numbered ? numberFontOf(style, style.tickSize) : fontOf(style, style.labelSize);
    result.texts = textsOf(labels, count);
    const qreal line = lineHeight(result.font);
    const qreal width = widest(result.font, result.texts, 1);
    if (numbered) {
        result.every = static_cast<std::size_t>(roundStep((width + gap) / columnWidth));
        result.height = tickLength + line;
    } else if (width + gap <= columnWidth || columnWidth >= 72) {
        elideAll(result.font, result.texts, columnWidth - gap);
        result.height = tickLength + line;
    } else {
        const bool slanted = columnWidth >= 1.25 * line;
        result.turn = slanted ? ColumnLabels::Turn::Slanted : ColumnLabels::Turn::Upright;
        if (!slanted && columnWidth < 0.8 * line) {
            result.every = static_cast<std::size_t>(roundStep(line / columnWidth));
        }
        elideAll(result.font, result.texts, longestTurnedLabel);
        const qreal longest = widest(result.font, result.texts, result.every);
        result.height = std::ceil(tickLength + (slanted ? (longest + line) * diagonal : longest + 2));
    }
    measureOverhang(result, columnWidth);
    return result;
}

void ColumnLabels::paint(QPainter& painter, const FigureStyle& style, QPointF origin, qreal columnWidth,
                         const std::vector<bool>& muted) const {
    for (std::size_t i = 0; i < texts.size(); i += every) {
        const qreal x = origin.x() + (static_cast<qreal>(i) + 0.5) * columnWidth;
        const QColor& color = numbered || (i < muted.size() && muted[i]) ? style.secondaryText : style.text;
        if (every > 1) {
            painter.setPen(QPen(style.line, 1));
            painter.drawLine(QPointF(x, origin.y() + 1), QPointF(x, origin.y() + tickLength));
        }
        const qreal y = origin.y() + tickLength;
        if (turn == Turn::Level) {
            drawText(painter, font, color, {x, y}, Qt::AlignHCenter | Qt::AlignTop, texts[i]);
        } else if (turn == Turn::Slanted) {
            const qreal half = lineHeight(font) / 2 * diagonal;
            drawText(painter, font, color, {x + half / 2, y + half}, Qt::AlignRight | Qt::AlignVCenter, texts[i], -45);
        } else {
            drawText(painter, font, color, {x, y + 2}, Qt::AlignRight | Qt::AlignVCenter, texts[i], -90);
        }
    }
}

RowLabels layoutRowLabels(const FigureStyle& style, const std::vector<std::string>& labels, std::size_t count,
                          qreal rowHeight) {
    RowLabels result;
    result.numbered = labels.empty();
    // A single unnamed row needs no number.
    if (labels.empty() && count == 1) return result;
    result.font = labels.empty() ? numberFontOf(style, style.tickSize) : fontOf(style, style.labelSize);
    result.texts = textsOf(labels, count);
    // Thinned numbers want more air than names that stand line by line.
    const qreal line = lineHeight(result.font);
    if (rowHeight < 0.8 * line)
        result.every = static_cast<std::size_t>(roundStep((labels.empty() ? 2 : 1) * line / rowHeight));
    elideAll(result.font, result.texts, longestRowLabel);
    result.width = widest(result.font, result.texts, result.every);
    return result;
}

void RowLabels::paint(QPainter& painter, const FigureStyle& style, QPointF origin, qreal rowHeight) const {
    for (std::size_t i = 0; i < texts.size(); i += every) {
        const qreal y = origin.y() + (static_cast<qreal>(i) + 0.5) * rowHeight;
        if (every > 1) {
            painter.setPen(QPen(style.line, 1));
            painter.drawLine(QPointF(origin.x() - tickLength, y), QPointF(origin.x() - 1, y));
        }
        drawText(painter, font, numbered ? style.secondaryText : style.text, {origin.x() - gap, y},
                 Qt::AlignRight | Qt::AlignVCenter, texts[i]);
    }
}

}  // namespace attnscope::figures
