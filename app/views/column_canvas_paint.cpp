#include "figure/column_labels.h"
#include "figure/text_kit.h"
#include "theme/theme.h"
#include "views/column_canvas.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

constexpr qreal tickLength = 4;

/// Every how many columns a label fits, and what is left of them.
struct Thinned {
    std::size_t every = 1;
    std::size_t first = 0;  ///< column of the first label
    std::vector<std::string> texts;
};

/// Labels of [first, end), always of the same columns however far the view is panned.
Thinned thinned(const std::vector<std::string>& labels, int first, int end, qreal columnWidth, qreal line) {
    Thinned result;
    if (columnWidth < 0.7 * line) result.every = static_cast<std::size_t>(figures::roundStep(line / columnWidth));
    result.first = static_cast<std::size_t>(first) / result.every * result.every;
    for (std::size_t at = result.first; at < std::min(static_cast<std::size_t>(end), labels.size()); at += result.every)
        result.texts.push_back(labels[at]);
    return result;
}

}  // namespace

/// Columns are many and narrow in a window: their labels are as small as numbers.
FigureStyle ColumnCanvas::labelStyle() const {
    FigureStyle style = m_style;
    style.labelSize = style.tickSize;
    return style;
}

int ColumnCanvas::labelHeight(int width) const {
    const QFont numbers = figures::numberFontOf(m_style, m_style.tickSize);
    const auto smallest = static_cast<int>(std::ceil(figures::lineHeight(numbers) + tickLength)) + 2;
    if (m_columns.labels.empty() || m_columns.count == 0) return smallest;
    const qreal columnWidth = static_cast<qreal>(width) / static_cast<qreal>(m_columns.count);
    const qreal line = figures::lineHeight(figures::fontOf(m_style, labelStyle().labelSize));
    const Thinned all = thinned(m_columns.labels, 0, static_cast<int>(m_columns.count), columnWidth, line);
    const auto labels = figures::layoutColumnLabels(labelStyle(), all.texts, all.texts.size(),
                                                    columnWidth * static_cast<qreal>(all.every));
    return std::max(static_cast<int>(std::ceil(labels.height)), smallest);
}

QString ColumnCanvas::columnText(int column) const {
    QString text = QStringLiteral("%1 %2").arg(QString::fromStdString(m_columns.axis)).arg(column);
    const auto place = static_cast<std::size_t>(column);
    if (place < m_columns.labels.size())
        text += QStringLiteral(" “%1”").arg(figures::displayText(m_columns.labels[place]));
    if (m_columns.isMasked(column)) text += tr(" · masked");
    return text;
}

void ColumnCanvas::paintLabels(QPainter& painter) const {
    const CellRange visible = m_viewport.visibleCells();
    const auto columnWidth = static_cast<qreal>(m_viewport.scale().x);
    const auto centre = [&](std::size_t column) {
        return columnRect(static_cast<int>(column), QRectF(m_labels)).center().x();
    };
    const qreal top = m_labels.top();
    painter.save();
    painter.setClipRect(QRectF(0, top, width(), height() - top));
    painter.setPen(QPen(m_style.line, 1));
    if (m_columns.labels.empty()) {
        const QFont font = figures::numberFontOf(m_style, m_style.tickSize);
        const qreal widest = figures::textWidth(font, QString::number(m_columns.count)) + 12;
        const int every = figures::roundStep(std::max(widest / columnWidth, 1.0));
        for (int column = visible.firstColumn / every * every; column < visible.endColumn; column += every) {
            const qreal x = centre(static_cast<std::size_t>(column));
            if (x < m_plot.left() - 1 || x > m_plot.right() + 2) continue;
            painter.setPen(QPen(m_style.line, 1));
            painter.drawLine(QPointF(x, top + 1), QPointF(x, top + tickLength));
            figures::drawText(painter, font, m_style.secondaryText, {x, top + tickLength + 1},
                              Qt::AlignHCenter | Qt::AlignTop, QString::number(column));
        }
        painter.restore();
        return;
    }
    const qreal line = figures::lineHeight(figures::fontOf(m_style, labelStyle().labelSize));
    const Thinned shown = thinned(m_columns.labels, visible.firstColumn, visible.endColumn, columnWidth, line);
    const qreal pitch = columnWidth * static_cast<qreal>(shown.every);
    const auto labels = figures::layoutColumnLabels(labelStyle(), shown.texts, shown.texts.size(), pitch);
    std::vector<bool> muted;
    for (std::size_t i = 0; i < shown.texts.size(); ++i) {
        const std::size_t column = shown.first + i * shown.every;
        muted.push_back(m_columns.isMasked(static_cast<int>(column)));
        if (shown.every > 1)
            painter.drawLine(QPointF(centre(column), top + 1), QPointF(centre(column), top + tickLength));
    }
    labels.paint(painter, m_style, {centre(shown.first) - pitch / 2, top}, pitch, muted);
    painter.restore();
}

void ColumnCanvas::paintCrosshair(QPainter& painter) const {
    QColor line = m_style.accent;
    line.setAlpha(170);
    painter.setPen(QPen(line, 1.0));
    const qreal x = columnRect(m_pointed->column, QRectF(m_plot)).center().x();
    painter.drawLine(QPointF(x, m_plot.top()), QPointF(x, m_labels.top()));
}

/// The label of the pointed column, whole and level: most columns have no room for theirs.
void ColumnCanvas::paintTag(QPainter& painter) const {
    const auto place = static_cast<std::size_t>(m_pointed->column);
    const QFont font = figures::fontOf(m_style, m_style.labelSize, QFont::DemiBold);
    QString text = QString::number(m_pointed->column);
    if (place < m_columns.labels.size()) {
        const QString label = figures::displayText(m_columns.labels[place]);
        if (label != text) text += QStringLiteral("  ") + figures::elided(font, label, 200);
    }
    const qreal wide = figures::textWidth(font, text) + 12;
    const qreal x = columnRect(m_pointed->column, QRectF(m_plot)).center().x();
    const QRectF box(std::clamp(x - wide / 2, 2.0, std::max(width() - wide - 2, 2.0)), m_labels.top() + 2, wide,
                     figures::lineHeight(font) + 4);
    const Theme& theme = Theme::of(palette());
    painter.setPen(QPen(theme.accent, 1));
    painter.setBrush(theme.accentSoft);
    painter.drawRoundedRect(box, 3, 3);
    figures::drawText(painter, font, theme.text, box.center(), Qt::AlignHCenter | Qt::AlignVCenter, text);
}

}  // namespace attnscope
