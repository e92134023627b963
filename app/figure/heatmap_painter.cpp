#include "figure/heatmap_painter.h"

#include "figure/column_labels.h"
#include "figure/parts.h"
#include "heatmap/raster.h"

#include <QImage>

#include <algorithm>
#include <cmath>

namespace attnscope::figures {
namespace {

/// Beyond this many cells a vector file holds them as an image.
constexpr std::size_t mostShapes = 20'000;
constexpr qreal usualMapWidth = 1024;
constexpr qreal usualMapHeight = 512;
constexpr qreal largestCell = 96;
constexpr qreal annotationHeight = 8;

struct Layout {
    QSizeF size;
    QRectF map;
    QSizeF cell;
    Heading heading;
    ColumnLabels columns;
    RowLabels rows;
    QRectF annotation;
    qreal columnAxisY = 0;
    QPointF footerAt;
};

std::vector<LegendEntry> legendOf(const HeatmapFigure& figure, const FigureStyle& style) {
    std::vector<LegendEntry> legend;
    const auto& masked = figure.columnMasked;
    if (std::find(masked.begin(), masked.end(), true) != masked.end()) legend.push_back(maskedEntry(style));
    addNotANumberEntry(legend, figure.matrix.data(), colorMapNamed(figure.colorMap));
    return legend;
}

Footer footerOf(const HeatmapFigure& figure, const FigureStyle& style, qreal width) {
    const ColorScale scale{displayText(figure.valueLabel), displayText(figure.rangeNote), figure.range,
                           &colorMapNamed(figure.colorMap)};
    return Footer(style, scale, legendOf(figure, style), width);
}

/// Whole pixels where possible, so that edges are sharp.
qreal usualCell(qreal room, qreal count, qreal largest) {
    const qreal cell = std::min(room / count, largest);
    return cell >= 1 ? std::floor(cell) : cell;
}

/// Left of the map: the row axis's name, the row labels, or the name of the annotation, whichever is widest.
qreal leftOf(const HeatmapFigure& figure, const FigureStyle& style, const RowLabels& rows) {
    const QFont font = fontOf(style, style.labelSize);
    qreal labels = rows.width;
    if (!figure.annotation.empty()) labels = std::max(labels, textWidth(font, displayText(figure.annotationLabel)));
    if (labels > 0) labels += smallGap;
    return labels + (figure.rowAxis.empty() ? 0 : lineHeight(font) + smallGap);
}

Layout layoutOf(const HeatmapFigure& figure, const FigureStyle& style, QSizeF wanted) {
    Layout layout;
    const auto rows = static_cast<qreal>(std::max<std::int64_t>(figure.matrix.dim(0), 1));
    const auto columns = static_cast<qreal>(std::max<std::int64_t>(figure.matrix.dim(1), 1));
    const auto rowCount = static_cast<std::size_t>(figure.matrix.dim(0));
    const auto columnCount = static_cast<std::size_t>(figure.matrix.dim(1));

    // Row labels depend on the height of a row only through thinning, which hardly changes their width.
    // Labelled rows are worth a taller figure: each can be read.
    const qreal usualRow =
        usualCell(figure.rowLabels.empty() ? usualMapHeight : 2 * usualMapHeight, rows, rows == 1 ? 32 : 28);
    layout.rows = layoutRowLabels(style, figure.rowLabels, rowCount, usualRow);
    qreal left = margin + wholePixels(leftOf(figure, style, layout.rows));
    qreal right = margin;
    // Labels reach out as far as the columns' width says, which is what they leave.
    for (int pass = 0; pass < 3; ++pass) {
        const qreal room = std::max(wanted.width(), narrowest) - left - right;
        const qreal width =
            wanted.width() > 0 ? std::min(room / columns, largestCell) : usualCell(usualMapWidth, columns, 40);
        layout.cell.setWidth(width);
        layout.columns = layoutColumnLabels(style, figure.columnLabels, columnCount, width);
        left = std::max(left, margin + wholePixels(layout.columns.leftOverhang));
        right = std::max(right, margin + wholePixels(layout.columns.rightOverhang));
    }
    const qreal mapWidth = layout.cell.width() * columns;
    const qreal width =
        std::max({wanted.width(), narrowest, wholePixels(left + mapWidth + right), left + scaleBarWidth + margin});
    layout.heading = layoutHeading(style, figure.title, figure.subtitle, width - 2 * margin);
    const qreal footer = footerOf(figure, style, width - left - margin).height();

    const QFont labelFont = fontOf(style, style.labelSize);
    qreal under = layout.columns.height;
    if (!figure.annotation.empty()) under += 4 + annotationHeight;
    if (!figure.columnAxis.empty()) under += 4 + lineHeight(labelFont);
    const qreal top = margin + layout.heading.height();
    const qreal around = top + under + footer + margin;
    qreal row = usualRow;
    if (wanted.height() > 0) {
        const qreal smallest = std::min(usualRow * rows, 48.0);
        row = std::min(std::max(wanted.height() - around, smallest) / rows, largestCell);
    }
    if (!figure.rowAxis.empty()) {
        // The axis's name stands upright beside the rows and must not be longer than they are.
        row = std::max(row, textWidth(labelFont, displayText(figure.rowAxis)) / rows);
    }
    layout.rows = layoutRowLabels(style, figure.rowLabels, rowCount, row);
    layout.cell.setHeight(row);
    layout.map = QRectF(left, top, mapWidth, row * rows);

    qreal y = layout.map.bottom();
    if (!figure.annotation.empty()) {
        layout.annotation = QRectF(left, y + 4, mapWidth, annotationHeight);
        y = layout.annotation.bottom();
    }
    layout.columnAxisY = y + layout.columns.height + 4;
    layout.footerAt = QPointF(left, top + layout.map.height() + under);
    layout.size = QSizeF(width, wholePixels(layout.map.height() + around));
    return layout;
}

QRectF cellRect(const Layout& layout, std::size_t row, std::size_t column) {
    return QRectF(layout.map.left() + static_cast<qreal>(column) * layout.cell.width(),
                  layout.map.top() + static_cast<qreal>(row) * layout.cell.height(), layout.cell.width(),
                  layout.cell.height());
}

/// On a screen or in a picture: every pixel by rasterize(), so that edges are exact and no peak vanishes.
void paintAsPixels(QPainter& painter, const HeatmapFigure& figure, const QRectF& map) {
    const QTransform transform = painter.deviceTransform();
    const QRectF exact = transform.mapRect(map);
    const QPoint topLeft(qRound(exact.left()), qRound(exact.top()));
    const int width = std::max(qRound(exact.right()) - topLeft.x(), 1);
    const int height = std::max(qRound(exact.bottom()) - topLeft.y(), 1);
    const Viewport view({static_cast<int>(figure.matrix.dim(1)), static_cast<int>(figure.matrix.dim(0))},
                        {width, height});
    const Image image =
        rasterize(figure.matrix, figure.range, colorMapNamed(figure.colorMap), view, width, height, Aggregation::Max);
    const QImage picture(image.rgba.data(), width, height, 4 * width, QImage::Format_RGBA8888);
    painter.drawImage(transform.inverted().mapRect(QRectF(topLeft, QSize(width, height))), picture);
}

/// In a vector file: an image of one pixel for each cell.
void paintAsImage(QPainter& painter, const HeatmapFigure& figure, const QRectF& map) {
    const int rows = static_cast<int>(figure.matrix.dim(0));
    const int columns = static_cast<int>(figure.matrix.dim(1));
    const Image image = rasterize(figure.matrix, figure.range, colorMapNamed(figure.colorMap),
                                  Viewport({columns, rows}, {columns, rows}), columns, rows, Aggregation::Max);
    const QImage picture(image.rgba.data(), columns, rows, 4 * columns, QImage::Format_RGBA8888);
    painter.drawImage(map, picture);
}

void paintAsShapes(QPainter& painter, const HeatmapFigure& figure, const Layout& layout) {
    const ColorMap& map = colorMapNamed(figure.colorMap);
    const auto rows = static_cast<std::size_t>(figure.matrix.dim(0));
    const auto columns = static_cast<std::size_t>(figure.matrix.dim(1));
    // Viewers smooth the edges of shapes, and the paper would shine through between two cells: each reaches a little
    // under the next one, which is painted over it.
    constexpr qreal overlap = 0.5;
    painter.setPen(Qt::NoPen);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            const float value = figure.matrix[row * columns + column];
            painter.setBrush(toColor(map.colorAt(figure.range.normalized(value))));
            painter.drawRect(cellRect(layout, row, column)
                                 .adjusted(0, 0, column + 1 < columns ? overlap : 0.0, row + 1 < rows ? overlap : 0.0));
        }
    }
}

/// Digits after the point that show two significant ones of the largest value.
int decimalsFor(std::span<const float> values) {
    float largest = 0;
    for (const float value : values) {
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    }
    if (largest == 0.0F) return 0;
    return std::clamp(1 - static_cast<int>(std::floor(std::log10(largest * 0.999F))), 0, 9);
}

void paintNumbers(QPainter& painter, const HeatmapFigure& figure, const FigureStyle& style, const Layout& layout) {
    const QFont font = numberFontOf(style, style.tickSize - 1);
    if (layout.cell.height() < lineHeight(font)) return;
    const ColorMap& map = colorMapNamed(figure.colorMap);
    const auto columns = static_cast<std::size_t>(figure.matrix.dim(1));
    const int decimals = decimalsFor(figure.matrix.data());
    std::vector<QString> texts;
    texts.reserve(figure.matrix.size());
    for (const float value : figure.matrix.data()) {
        texts.push_back(std::isfinite(value) ? fixedNumber(value, decimals) : compactNumber(value));
        // All or none: a map with numbers in some of its cells would be misread.
        if (textWidth(font, texts.back()) + 4 > layout.cell.width()) return;
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const QColor cell = toColor(map.colorAt(figure.range.normalized(figure.matrix[i])));
        const QRectF rect = cellRect(layout, i / columns, i % columns);
        const bool masked = i % columns < figure.columnMasked.size() && figure.columnMasked[i % columns];
        if (masked) {
            // The hatch must not run through the digits.
            const QSizeF size(textWidth(font, texts[i]) + 4, lineHeight(font));
            painter.setPen(Qt::NoPen);
            painter.setBrush(cell);
            painter.drawRect(QRectF(rect.center() - QPointF(size.width() / 2, size.height() / 2), size));
        }
        drawText(painter, font, legibleOn(cell), rect.center(), Qt::AlignHCenter | Qt::AlignVCenter, texts[i]);
    }
}

/// Calls `paint` with the rectangle of each stretch of masked columns.
template <typename Paint>
void forMaskedStretches(const std::vector<bool>& masked, const Layout& layout, std::size_t columns, Paint paint) {
    for (std::size_t first = 0; first < std::min(columns, masked.size()); ++first) {
        if (!masked[first]) continue;
        std::size_t end = first;
        while (end < std::min(columns, masked.size()) && masked[end]) ++end;
        QRectF rect = cellRect(layout, 0, first);
        rect.setWidth(static_cast<qreal>(end - first) * layout.cell.width());
        rect.setHeight(layout.map.height());
        paint(rect);
        first = end;
    }
}

void paintAnnotation(QPainter& painter, const HeatmapFigure& figure, const FigureStyle& style, const Layout& layout) {
    if (figure.annotation.empty()) return;
    const QRectF& strip = layout.annotation;
    const Range range = autoRange(figure.annotation);
    painter.setPen(Qt::NoPen);
    painter.setBrush(style.grid);
    painter.drawRect(strip);
    QColor color = style.accent;
    for (std::size_t first = 0, end = 0; first < figure.annotation.size(); first = end) {
        const float value = figure.annotation[first];
        end = first + 1;
        while (end < figure.annotation.size() && figure.annotation[end] == value) ++end;
        if (!std::isfinite(value) || value == 0.0F) continue;
        color.setAlphaF(range.isSingleValue() ? 1.0F : 0.15F + 0.85F * range.normalized(value));
        painter.setBrush(color);
        painter.drawRect(QRectF(strip.left() + static_cast<qreal>(first) * layout.cell.width(), strip.top(),
                                static_cast<qreal>(end - first) * layout.cell.width(), strip.height()));
    }
    drawText(painter, fontOf(style, style.labelSize), style.secondaryText,
             {strip.left() - smallGap, strip.center().y()}, Qt::AlignRight | Qt::AlignVCenter,
             displayText(figure.annotationLabel));
}

void paintAxes(QPainter& painter, const HeatmapFigure& figure, const FigureStyle& style, const Layout& layout) {
    const QFont font = fontOf(style, style.labelSize);
    const QRectF& map = layout.map;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(style.line, 1));
    painter.drawRect(map.adjusted(-0.5, -0.5, 0.5, 0.5));
    const qreal under = figure.annotation.empty() ? map.bottom() : layout.annotation.bottom();
    layout.columns.paint(painter, style, {map.left(), under}, layout.cell.width(), figure.columnMasked);
    layout.rows.paint(painter, style, map.topLeft(), layout.cell.height());
    drawText(painter, font, style.secondaryText, {map.center().x(), layout.columnAxisY},
             Qt::AlignHCenter | Qt::AlignTop, displayText(figure.columnAxis));
    const qreal rowAxisX = map.left() - leftOf(figure, style, layout.rows) + lineHeight(font) / 2;
    drawText(painter, font, style.secondaryText, {rowAxisX, map.center().y()}, Qt::AlignHCenter | Qt::AlignVCenter,
             displayText(figure.rowAxis), -90);
}

}  // namespace

QSizeF sizeOf(const HeatmapFigure& figure, const FigureStyle& style, QSizeF size) {
    return layoutOf(figure, style, size).size;
}

QRectF mapRectOf(const HeatmapFigure& figure, const FigureStyle& style, QSizeF size) {
    return layoutOf(figure, style, size).map;
}

void paint(QPainter& painter, const HeatmapFigure& figure, const FigureStyle& style, QSizeF size) {
    const Layout layout = layoutOf(figure, style, size);
    layout.heading.paint(painter, style, {margin, margin});
    if (figure.matrix.size() == 0) {
        drawText(painter, fontOf(style, style.labelSize), style.secondaryText, layout.map.topLeft(),
                 Qt::AlignLeft | Qt::AlignTop, QStringLiteral("no timesteps"));
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (!isVector(painter)) {
        paintAsPixels(painter, figure, layout.map);
    } else if (figure.matrix.size() > mostShapes) {
        paintAsImage(painter, figure, layout.map);
    } else {
        paintAsShapes(painter, figure, layout);
    }
    paintAnnotation(painter, figure, style, layout);
    forMaskedStretches(figure.columnMasked, layout, static_cast<std::size_t>(figure.matrix.dim(1)),
                       [&](const QRectF& rect) { paintHatch(painter, style, rect); });
    painter.setRenderHint(QPainter::Antialiasing);
    if (figure.showNumbers) paintNumbers(painter, figure, style, layout);
    paintAxes(painter, figure, style, layout);
    footerOf(figure, style, layout.size.width() - layout.footerAt.x() - margin).paint(painter, layout.footerAt);
}

}  // namespace attnscope::figures
