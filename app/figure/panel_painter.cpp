#include "figure/panel_painter.h"

#include "figure/column_labels.h"
#include "figure/panel_parts.h"
#include "figure/parts.h"
#include "figure/text_kit.h"

#include <algorithm>

namespace attnscope::figures {
namespace {

constexpr qreal usualPlotWidth = 880;
constexpr qreal largestColumn = 96;

struct Layout {
    QSizeF size;
    Heading heading;
    PanelLayout panels;
    ColumnLabels columns;
    qreal labelsY = 0;
    qreal columnAxisY = 0;
    Paragraph note;
    QPointF notesAt;
    QPointF footerAt;
};

std::size_t columnsOf(const PanelFigure& figure) {
    return figure.panels.empty() ? 0 : static_cast<std::size_t>(figure.panels.front().matrix.dim(1));
}

Footer footerOf(const PanelFigure& figure, const FigureStyle& style, qreal width) {
    std::vector<LegendEntry> legend;
    const bool masks =
        std::ranges::any_of(figure.panels, [](const Panel& panel) { return panel.kind != PanelKind::Bars; });
    if (masks && std::ranges::find(figure.columnMasked, true) != figure.columnMasked.end())
        legend.push_back(maskedEntry(style));
    const auto square = [](const QColor& color) {
        return [color](QPainter& painter, const QRectF& rect) { painter.fillRect(rect, color); };
    };
    if (std::ranges::any_of(figure.panels, [](const Panel& panel) { return !panel.reference.empty(); })) {
        legend.push_back({QStringLiteral("model"), square(style.series[0])});
        legend.push_back({QStringLiteral("what-if"), square(style.accent)});
    }
    return Footer(style, std::nullopt, std::move(legend), width);
}

Layout layoutOf(const PanelFigure& figure, const FigureStyle& style, QSizeF wanted) {
    Layout layout;
    const auto count = std::max<std::size_t>(columnsOf(figure), 1);
    // The gutter depends on the names only, not on the area.
    const qreal gutter = layoutPanels(figure, style, QRectF(0, 0, usualPlotWidth, 0)).gutter();
    qreal right = margin;
    qreal columnWidth = 1;
    for (int pass = 0; pass < 3; ++pass) {
        const qreal room = wanted.width() > 0
                               ? std::max(wanted.width(), narrowest) - 2 * margin - gutter - (right - margin)
                               : usualPlotWidth;
        columnWidth = std::min(std::max(room, 64.0) / static_cast<qreal>(count), largestColumn);
        if (columnWidth >= 4 && wanted.width() <= 0) columnWidth = std::floor(columnWidth);
        layout.columns = layoutColumnLabels(style, figure.columnLabels, count, columnWidth);
        right = std::max(right, margin + wholePixels(layout.columns.rightOverhang));
    }
    const qreal plot = wholePixels(columnWidth * static_cast<qreal>(count));
    const qreal left = margin + std::max(wholePixels(layout.columns.leftOverhang) - gutter, 0.0);
    const qreal width = std::max({wanted.width(), narrowest, left + gutter + plot + right});
    layout.heading = layoutHeading(style, figure.title, figure.subtitle, width - 2 * margin);
    const QFont labelFont = fontOf(style, style.labelSize);
    const qreal top = margin + layout.heading.height() + 4;
    qreal under = layout.columns.height;
    if (!figure.columnAxis.empty()) under += 4 + lineHeight(labelFont);
    layout.note = wrapped(labelFont, displayText(figure.note), width - 2 * margin);
    if (figure.note.empty()) layout.note.lines.clear();
    const qreal notes = layout.note.height() + static_cast<qreal>(figure.facts.size()) * (lineHeight(labelFont) + 2);
    const qreal footer = footerOf(figure, style, width - 2 * margin).height();
    const qreal around = top + under + (notes > 0 ? blockGap + notes : 0) + footer + margin;
    qreal height = usualPanelsHeight(figure);
    if (wanted.height() > 0) height = std::max(wanted.height() - around, smallestPanelsHeight(figure));
    layout.panels = layoutPanels(figure, style, QRectF(left, top, gutter + plot, height));
    const qreal bottom = layout.panels.plots.empty() ? top : layout.panels.plots.back().bottom();
    layout.labelsY = bottom;
    layout.columnAxisY = bottom + layout.columns.height + 4;
    layout.notesAt = QPointF(margin, bottom + under + blockGap);
    layout.footerAt = QPointF(margin, bottom + under + (notes > 0 ? blockGap + notes : 0));
    layout.size = QSizeF(width, wholePixels(around - top + bottom));
    return layout;
}

void paintNotes(QPainter& painter, const PanelFigure& figure, const FigureStyle& style, const Layout& layout) {
    const QFont font = fontOf(style, style.labelSize);
    const QFont numberFont = numberFontOf(style, style.labelSize);
    layout.note.paint(painter, style.secondaryText, layout.notesAt);
    qreal y = layout.notesAt.y() + layout.note.height();
    qreal labels = 0;
    for (const Fact& fact : figure.facts) labels = std::max(labels, textWidth(font, displayText(fact.label)));
    for (const Fact& fact : figure.facts) {
        drawText(painter, font, style.secondaryText, {margin, y}, Qt::AlignLeft | Qt::AlignTop,
                 displayText(fact.label));
        drawText(painter, numberFont, style.text, {margin + labels + blockGap, y}, Qt::AlignLeft | Qt::AlignTop,
                 displayText(fact.value));
        y += lineHeight(font) + 2;
    }
}

}  // namespace

QSizeF sizeOf(const PanelFigure& figure, const FigureStyle& style, QSizeF size) {
    return layoutOf(figure, style, size).size;
}

void paint(QPainter& painter, const PanelFigure& figure, const FigureStyle& style, QSizeF size) {
    const Layout layout = layoutOf(figure, style, size);
    layout.heading.paint(painter, style, {margin, margin});
    painter.setRenderHint(QPainter::Antialiasing);
    if (const std::size_t count = columnsOf(figure); count > 0) {
        const QRectF& plot = layout.panels.plots.front();
        const Viewport columns({static_cast<int>(count), 1}, {static_cast<float>(plot.width()), 1.0F});
        for (std::size_t i = 0; i < figure.panels.size(); ++i)
            paintPanel(painter, style, figure, layout.panels, i, columns);
        layout.columns.paint(painter, style, {plot.left(), layout.labelsY}, plot.width() / static_cast<qreal>(count),
                             figure.columnMasked);
        drawText(painter, fontOf(style, style.labelSize), style.secondaryText, {plot.center().x(), layout.columnAxisY},
                 Qt::AlignHCenter | Qt::AlignTop, displayText(figure.columnAxis));
    }
    paintNotes(painter, figure, style, layout);
    footerOf(figure, style, layout.size.width() - 2 * margin).paint(painter, layout.footerAt);
}

}  // namespace attnscope::figures
