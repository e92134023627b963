#include "figure/bar_painter.h"

#include "figure/column_labels.h"
#include "figure/parts.h"

#include <algorithm>
#include <cmath>

namespace attnscope::figures {
namespace {

constexpr qreal usualPlotWidth = 832;
constexpr qreal usualPlotHeight = 192;
constexpr qreal smallestPlotHeight = 64;
constexpr qreal widestGroup = 96;
/// The part of a group's width that its bars take.
constexpr qreal barShare = 0.75;

struct Layout {
    QSizeF size;
    Heading heading;
    Ticks ticks;
    ColumnLabels columns;
    QRectF plot;
    qreal group = 0;  ///< width of all bars of one label
    bool numbers = false;
    qreal labelGap = 0;  ///< between plot and labels: room for the numbers of negative bars
    qreal columnAxisY = 0;
    QPointF footerAt;
};

std::size_t countOf(const BarFigure& figure) {
    std::size_t count = figure.labels.size();
    for (const BarSeries& series : figure.series) count = std::max(count, series.values.size());
    return count;
}

QColor colorOf(const BarFigure& figure, const FigureStyle& style, std::size_t series) {
    return figure.series.size() == 1 ? style.accent : style.series[series % style.series.size()];
}

Ticks ticksOf(const BarFigure& figure) {
    double low = 0;
    double high = 0;
    for (const BarSeries& series : figure.series) {
        for (const float value : series.values) {
            if (!std::isfinite(value)) continue;
            low = std::min<double>(low, value);
            high = std::max<double>(high, value);
        }
    }
    if (low == high) high = 1;
    return ticksAround(low, high, 5);
}

std::vector<LegendEntry> legendOf(const BarFigure& figure, const FigureStyle& style) {
    std::vector<LegendEntry> legend;
    std::ptrdiff_t unpainted = 0;
    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        const auto& values = figure.series[i].values;
        unpainted += std::count_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
        if (figure.series.size() < 2) continue;
        const QColor color = colorOf(figure, style, i);
        legend.push_back({displayText(figure.series[i].name), [color](QPainter& painter, const QRectF& rect) {
                              painter.setPen(Qt::NoPen);
                              painter.setBrush(color);
                              painter.drawRect(rect);
                          }});
    }
    if (unpainted > 0) {
        legend.push_back(
            {QStringLiteral("not a finite number (%1)").arg(unpainted), [&style](QPainter& painter, const QRectF& r) {
                 drawText(painter, fontOf(style, style.labelSize), style.text, r.center(),
                          Qt::AlignHCenter | Qt::AlignVCenter, QStringLiteral("×"));
             }});
    }
    return legend;
}

QFont valueFont(const FigureStyle& style) {
    return numberFontOf(style, style.tickSize - 1);
}

qreal barWidth(const BarFigure& figure, qreal group) {
    return group * barShare / static_cast<qreal>(std::max<std::size_t>(figure.series.size(), 1));
}

/// Values are written at the bars where every one of them fits.
bool numbersFit(const BarFigure& figure, const FigureStyle& style, qreal group) {
    const QFont font = valueFont(style);
    const qreal room = group / static_cast<qreal>(std::max<std::size_t>(figure.series.size(), 1));
    for (const BarSeries& series : figure.series) {
        for (const float value : series.values) {
            if (textWidth(font, compactNumber(value)) + 4 > room) return false;
        }
    }
    return true;
}

/// Left of the plot: the name of the value, the ticks.
qreal leftOf(const BarFigure& figure, const FigureStyle& style, const Ticks& ticks) {
    const QFont font = numberFontOf(style, style.tickSize);
    qreal widest = 0;
    for (const QString& label : ticks.labels) widest = std::max(widest, textWidth(font, label));
    return widest + smallGap + (figure.valueLabel.empty() ? 0 : lineHeight(fontOf(style, style.labelSize)) + smallGap);
}

Layout layoutOf(const BarFigure& figure, const FigureStyle& style, QSizeF wanted) {
    Layout layout;
    layout.ticks = ticksOf(figure);
    const auto count = static_cast<qreal>(std::max<std::size_t>(countOf(figure), 1));
    qreal left = margin + wholePixels(leftOf(figure, style, layout.ticks));
    qreal right = margin;
    // Labels reach out as far as the columns' width says, which is what they leave.
    for (int pass = 0; pass < 3; ++pass) {
        const qreal room = wanted.width() > 0 ? std::max(wanted.width(), narrowest) - left - right : usualPlotWidth;
        layout.group = std::min(room / count, widestGroup);
        if (wanted.width() <= 0 && layout.group >= 1) layout.group = std::floor(layout.group);
        layout.columns = layoutColumnLabels(style, figure.labels, countOf(figure), layout.group);
        left = std::max(left, margin + wholePixels(layout.columns.leftOverhang));
        right = std::max(right, margin + wholePixels(layout.columns.rightOverhang));
    }
    const qreal plotWidth = layout.group * count;
    const qreal width = std::max({wanted.width(), narrowest, wholePixels(left + plotWidth + right)});
    layout.heading = layoutHeading(style, figure.title, figure.subtitle, width - 2 * margin);
    layout.numbers = numbersFit(figure, style, layout.group);

    const QFont labelFont = fontOf(style, style.labelSize);
    // Numbers stand beyond the ends of their bars.
    const qreal beyond = layout.numbers ? lineHeight(valueFont(style)) : 0;
    layout.labelGap = layout.ticks.values.front() < 0 ? beyond : 0;
    const qreal top = margin + layout.heading.height() + beyond;
    const qreal under =
        layout.labelGap + layout.columns.height + (figure.labelAxis.empty() ? 0 : 4 + lineHeight(labelFont));
    const qreal footer = Footer(style, std::nullopt, legendOf(figure, style), width - left - margin).height();
    const qreal around = top + under + footer + margin;
    qreal height = usualPlotHeight;
    if (wanted.height() > 0) height = std::max(wanted.height() - around, smallestPlotHeight);
    height = std::max(height, textWidth(labelFont, displayText(figure.valueLabel)));
    layout.plot = QRectF(left, top, plotWidth, height);
    layout.columnAxisY = layout.plot.bottom() + layout.labelGap + layout.columns.height + 4;
    layout.footerAt = QPointF(left, layout.plot.bottom() + under);
    layout.size = QSizeF(width, wholePixels(height + around));
    return layout;
}

qreal yOf(const Layout& layout, double value) {
    const double low = layout.ticks.values.front();
    const double high = layout.ticks.values.back();
    return layout.plot.bottom() - layout.plot.height() * (value - low) / (high - low);
}

void paintGrid(QPainter& painter, const BarFigure& figure, const FigureStyle& style, const Layout& layout) {
    const QFont font = numberFontOf(style, style.tickSize);
    for (std::size_t i = 0; i < layout.ticks.values.size(); ++i) {
        const double value = layout.ticks.values[i];
        const qreal y = yOf(layout, value);
        painter.setPen(QPen(style.grid, 1));
        painter.drawLine(QPointF(layout.plot.left(), y), QPointF(layout.plot.right(), y));
        drawText(painter, font, style.secondaryText, {layout.plot.left() - smallGap, y},
                 Qt::AlignRight | Qt::AlignVCenter, layout.ticks.labels[static_cast<qsizetype>(i)]);
    }
    const QFont labelFont = fontOf(style, style.labelSize);
    const qreal x = layout.plot.left() - leftOf(figure, style, layout.ticks) + lineHeight(labelFont) / 2;
    drawText(painter, labelFont, style.secondaryText, {x, layout.plot.center().y()},
             Qt::AlignHCenter | Qt::AlignVCenter, displayText(figure.valueLabel), -90);
}

void paintBars(QPainter& painter, const BarFigure& figure, const FigureStyle& style, const Layout& layout) {
    const qreal bar = barWidth(figure, layout.group);
    const qreal zero = yOf(layout, 0);
    const QFont font = valueFont(style);
    for (std::size_t s = 0; s < figure.series.size(); ++s) {
        const auto& values = figure.series[s].values;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const qreal left = layout.plot.left() + static_cast<qreal>(i) * layout.group +
                               layout.group * (1 - barShare) / 2 + static_cast<qreal>(s) * bar;
            if (!std::isfinite(values[i])) {
                drawText(painter, fontOf(style, style.labelSize), style.text, {left + bar / 2, zero},
                         Qt::AlignHCenter | Qt::AlignVCenter, QStringLiteral("×"));
                continue;
            }
            const qreal y = yOf(layout, values[i]);
            painter.setPen(Qt::NoPen);
            painter.setBrush(colorOf(figure, style, s));
            painter.drawRect(QRectF(left, std::min(y, zero), bar, std::abs(y - zero)));
            if (!layout.numbers) continue;
            const bool below = values[i] < 0;
            const qreal textY = below ? y + 1 : y - lineHeight(font) - 1;
            drawText(painter, font, style.text, {left + bar / 2, textY}, Qt::AlignHCenter | Qt::AlignTop,
                     compactNumber(values[i]));
        }
    }
    painter.setPen(QPen(style.secondaryText, 1));
    painter.drawLine(QPointF(layout.plot.left(), zero), QPointF(layout.plot.right(), zero));
}

}  // namespace

QSizeF sizeOf(const BarFigure& figure, const FigureStyle& style, QSizeF size) {
    return layoutOf(figure, style, size).size;
}

void paint(QPainter& painter, const BarFigure& figure, const FigureStyle& style, QSizeF size) {
    const Layout layout = layoutOf(figure, style, size);
    painter.setRenderHint(QPainter::Antialiasing);
    layout.heading.paint(painter, style, {margin, margin});
    if (countOf(figure) == 0) {
        drawText(painter, fontOf(style, style.labelSize), style.secondaryText, layout.plot.topLeft(),
                 Qt::AlignLeft | Qt::AlignTop, QStringLiteral("no values"));
        return;
    }
    paintGrid(painter, figure, style, layout);
    paintBars(painter, figure, style, layout);
    layout.columns.paint(painter, style, {layout.plot.left(), layout.plot.bottom() + layout.labelGap}, layout.group,
                         {});
    drawText(painter, fontOf(style, style.labelSize), style.secondaryText,
             {layout.plot.center().x(), layout.columnAxisY}, Qt::AlignHCenter | Qt::AlignTop,
             displayText(figure.labelAxis));
    Footer(style, std::nullopt, legendOf(figure, style), layout.size.width() - layout.footerAt.x() - margin)
        .paint(painter, layout.footerAt);
}

}  // namespace attnscope::figures
