#include "figure/panel_parts.h"

#include "figure/parts.h"
#include "figure/text_kit.h"
#include "heatmap/raster.h"

#include <QImage>
#include <QLinearGradient>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace attnscope::figures {
namespace {

/// Beyond this many cells a vector file holds them as an image.
constexpr std::size_t mostShapes = 20'000;
constexpr qreal maskHeight = 14;
constexpr qreal usualHeight = 64;
constexpr qreal smallestHeight = 26;
constexpr qreal widestName = 112;
constexpr qreal widestRowLabel = 88;
constexpr qreal colorBarWidth = 6;

/// Panels of a mask lie close to what they mask.
qreal gapAfter(const Panel& panel) {
    return panel.kind == PanelKind::Mask ? 4 : 12;
}

qreal gapsOf(const PanelFigure& figure) {
    qreal gaps = 0;
    for (std::size_t i = 0; i + 1 < figure.panels.size(); ++i) gaps += gapAfter(figure.panels[i]);
    return gaps;
}

qreal heightsOf(const PanelFigure& figure, qreal unit) {
    qreal heights = gapsOf(figure);
    for (const Panel& panel : figure.panels)
        heights += panel.kind == PanelKind::Mask ? maskHeight : unit * panel.height;
    return heights;
}

QRectF columnRect(const QRectF& rect, const Viewport& columns, int column) {
    const PixelRect cell = columns.rectOf({column, 0});
    return QRectF(QPointF(rect.left() + static_cast<qreal>(cell.low.x), rect.top()),
                  QPointF(rect.left() + static_cast<qreal>(cell.high.x), rect.bottom()));
}

/// Of the columns that share a pixel, the values that reach farthest to both sides.
struct Reach {
    float low = 0.0F;
    float high = 0.0F;
    bool any = false;
    bool notANumber = false;

    void add(float value) {
        if (!std::isfinite(value)) {
            notANumber = true;
            return;
        }
        low = any ? std::min(low, value) : value;
        high = any ? std::max(high, value) : value;
        any = true;
    }
};

void paintBar(QPainter& painter, const QRectF& column, const Reach& reach, const Range& range,
              const std::function<QColor(float)>& color, const QColor& notANumber) {
    if (reach.notANumber) {
        painter.setBrush(notANumber);
        painter.drawRect(column);
        return;
    }
    if (!reach.any || range.isSingleValue()) return;
    const auto y = [&](float value) {
        return column.bottom() - static_cast<qreal>(std::clamp(range.normalized(value), 0.0F, 1.0F)) * column.height();
    };
    const float top = std::max(reach.high, 0.0F);
    const float bottom = std::min(reach.low, 0.0F);
    if (top == bottom) return;
    painter.setBrush(color(std::abs(reach.high) >= std::abs(reach.low) ? reach.high : reach.low));
    painter.drawRect(QRectF(QPointF(column.left(), y(top)), QPointF(column.right(), y(bottom))));
}

void paintMaskPanel(QPainter& painter, const FigureStyle& style, const Panel& panel, const QRectF& rect,
                    const Viewport& columns) {
    std::vector<bool> out;
    for (const float bit : panel.matrix.data()) out.push_back(bit == 0.0F);
    std::vector<bool> in = out;
    in.flip();
    const auto stretch = [&](std::size_t first, std::size_t end) {
        QRectF place = columnRect(rect, columns, static_cast<int>(first));
        place.setRight(columnRect(rect, columns, static_cast<int>(end) - 1).right());
        return place.intersected(rect);
    };
    painter.setPen(Qt::NoPen);
    painter.setBrush(style.series[0]);
    forStretches(in, [&](std::size_t first, std::size_t end) { painter.drawRect(stretch(first, end)); });
    forStretches(out, [&](std::size_t first, std::size_t end) {
        const QRectF place = stretch(first, end);
        if (place.width() > 0) paintHatch(painter, style, place);
    });
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(style.line, 1));
    painter.drawRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5));
}

/// The model's own values over bars that are too narrow to stand before others.
void paintReferenceLine(QPainter& painter, const FigureStyle& style, const Panel& panel, const QRectF& rect,
                        const Viewport& columns) {
    const CellRange visible = columns.visibleCells();
    QPainterPath line;
    for (int column = visible.firstColumn; column < visible.endColumn; ++column) {
        const float value = panel.reference[static_cast<std::size_t>(column)];
        if (!std::isfinite(value)) continue;
        const QRectF place = columnRect(rect, columns, column);
        const QPointF point(place.center().x(),
                            rect.bottom() - static_cast<qreal>(panel.range.normalized(value)) * rect.height());
        if (line.elementCount() == 0) line.moveTo(point);
        line.lineTo(point);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(style.secondaryText, 1));
    painter.drawPath(line);
}

void paintBarsPanel(QPainter& painter, const FigureStyle& style, const Panel& panel, const QRectF& rect,
                    const Viewport& columns) {
    constexpr float wideEnough = 8.0F;
    const QColor notANumber = toColor(colorMapNamed(panel.colorMap).notANumber);
    const bool edited = !panel.reference.empty();
    const bool behind = edited && columns.scale().x >= wideEnough;
    if (behind)
        paintBars(
            painter, rect, columns, panel.reference, panel.range, [&](float) { return style.series[0]; }, notANumber);
    const ColorMap& map = colorMapNamed(panel.colorMap);
    const QColor plain = edited ? style.accent : style.series[0];
    const auto color = [&](float value) {
        return panel.colorMap.empty() ? plain : toColor(map.colorAt(panel.range.normalized(value)));
    };
    paintBars(painter, rect, columns, panel.matrix.data(), panel.range, color, notANumber, behind ? 0.5 : 1.0);
    if (edited && !behind) paintReferenceLine(painter, style, panel, rect, columns);
    painter.setPen(QPen(style.line, 1));
    const qreal zero = rect.bottom() - static_cast<qreal>(panel.range.normalized(0.0F)) * rect.height();
    painter.drawLine(QPointF(rect.left(), zero), QPointF(rect.right(), zero));
}

void paintMapPanel(QPainter& painter, const FigureStyle& style, const Panel& panel, const QRectF& rect,
                   const Viewport& columns, const std::vector<bool>& masked) {
    const auto rows = static_cast<int>(panel.matrix.dim(0));
    paintCells(painter, rect, panel.matrix, panel.range, colorMapNamed(panel.colorMap),
               withRows(columns, rows, rect.height()));
    if (panel.hatched)
        forStretches(masked, [&](std::size_t first, std::size_t end) {
            QRectF place = columnRect(rect, columns, static_cast<int>(first));
            place.setRight(columnRect(rect, columns, static_cast<int>(end) - 1).right());
            place = place.intersected(rect);
            if (place.width() > 0) paintHatch(painter, style, place);
        });
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(style.line, 1));
    painter.drawRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5));
}

/// The ends of the range beside the plot, the zero of bars that go both ways, and the colours of a map.
void paintScale(QPainter& painter, const FigureStyle& style, const Panel& panel, const PanelLayout& layout,
                const QRectF& rect) {
    qreal right = rect.left() - (layout.rowWidth > 0 ? layout.rowWidth + 8 : 0) - 6;
    const QFont font = numberFontOf(style, style.tickSize);
    if (!panel.colorMap.empty() && !panel.range.isSingleValue()) {
        const QRectF bar(right - colorBarWidth, rect.top(), colorBarWidth, rect.height());
        QLinearGradient gradient(bar.bottomLeft(), bar.topLeft());
        const ColorMap& map = colorMapNamed(panel.colorMap);
        for (int stop = 0; stop <= 16; ++stop)
            gradient.setColorAt(stop / 16.0, toColor(map.colorAt(static_cast<float>(stop) / 16.0F)));
        painter.setPen(Qt::NoPen);
        painter.setBrush(gradient);
        painter.drawRect(bar);
        right = bar.left() - 4;
    }
    const qreal line = lineHeight(font);
    const auto number = [&](float value, qreal y) {
        drawText(painter, font, style.secondaryText, {right, y}, Qt::AlignRight | Qt::AlignVCenter,
                 compactNumber(value));
    };
    if (panel.range.isSingleValue()) {
        number(panel.range.low, rect.center().y());
        return;
    }
    number(panel.range.high, rect.top() + line / 2 - 3);
    number(panel.range.low, rect.bottom() - line / 2 + 3);
    const qreal zero = rect.bottom() - static_cast<qreal>(panel.range.normalized(0.0F)) * rect.height();
    const bool apart = zero - rect.top() > 1.5 * line && rect.bottom() - zero > 1.5 * line;
    if (apart && panel.range.low < 0.0F && panel.range.high > 0.0F) number(0.0F, zero);
}

void paintRowLabels(QPainter& painter, const FigureStyle& style, const Panel& panel, const PanelLayout& layout,
                    const QRectF& rect) {
    if (panel.rowLabels.empty()) return;
    const QFont font = fontOf(style, style.labelSize);
    const qreal height = rect.height() / static_cast<qreal>(panel.rowLabels.size());
    const auto every = static_cast<std::size_t>(roundStep(std::max(0.8 * lineHeight(font) / height, 1.0)));
    for (std::size_t row = 0; row < panel.rowLabels.size(); row += every) {
        const qreal y = rect.top() + (static_cast<qreal>(row) + 0.5) * height;
        drawText(painter, font, style.secondaryText, {rect.left() - 8, y}, Qt::AlignRight | Qt::AlignVCenter,
                 elided(font, displayText(panel.rowLabels[row]), layout.rowWidth));
    }
}

void paintName(QPainter& painter, const FigureStyle& style, const Panel& panel, const PanelLayout& layout,
               const QRectF& rect) {
    const qreal left = rect.left() - layout.gutter();
    const QFont nameFont = fontOf(style, style.labelSize, QFont::DemiBold);
    const QFont captionFont = fontOf(style, style.tickSize);
    const QString name = elided(nameFont, displayText(panel.name), layout.nameWidth);
    const QString caption = displayText(panel.caption);
    const qreal line = lineHeight(nameFont);
    const bool below = rect.height() >= 2 * line;
    const QPointF at(left, below ? rect.top() + line / 2 - 1 : rect.center().y());
    drawText(painter, nameFont, style.text, at, Qt::AlignLeft | Qt::AlignVCenter, name);
    // Beside the name where there is no line for it.
    const qreal taken = below || name.isEmpty() ? 0 : textWidth(nameFont, name) + 6;
    const qreal room = layout.nameWidth - taken;
    if (room > 24)
        drawText(painter, captionFont, style.secondaryText, at + QPointF(taken, below && !name.isEmpty() ? line : 0),
                 Qt::AlignLeft | Qt::AlignVCenter, elided(captionFont, caption, room));
}

}  // namespace

Range barRange(std::span<const float> values) {
    const bool any = std::ranges::any_of(values, [](float value) { return std::isfinite(value); });
    if (!any) return {0.0F, 0.0F};
    const Range range = autoRange(values);
    return {std::min(range.low, 0.0F), std::max(range.high, 0.0F)};
}

void paintBars(QPainter& painter, const QRectF& rect, const Viewport& columns, std::span<const float> values,
               const Range& range, const std::function<QColor(float)>& color, const QColor& notANumber, qreal share) {
    const CellRange visible = columns.visibleCells();
    const int end = std::min(visible.endColumn, static_cast<int>(values.size()));
    painter.save();
    if (!columns.isFitted()) painter.setClipRect(rect);
    painter.setRenderHint(QPainter::Antialiasing, columns.scale().x >= 4.0F);
    painter.setPen(Qt::NoPen);
    for (int column = visible.firstColumn; column < end;) {
        QRectF place = columnRect(rect, columns, column);
        Reach reach;
        if (place.width() >= 1.0) {
            reach.add(values[static_cast<std::size_t>(column++)]);
            const qreal air = place.width() > 4 ? 0.5 : 0.0;
            const qreal aside = place.width() * (1.0 - share) / 2.0 + air;
            place.adjust(aside, 0, -aside, 0);
        } else {
            const qreal pixel = std::floor(place.left());
            while (column < end && std::floor(columnRect(rect, columns, column).left()) <= pixel)
                reach.add(values[static_cast<std::size_t>(column++)]);
            place.setLeft(pixel);
            place.setWidth(1);
        }
        paintBar(painter, place, reach, range, color, notANumber);
    }
    painter.restore();
}

void paintCells(QPainter& painter, const QRectF& rect, const Tensor& matrix, const Range& range, const ColorMap& map,
                const Viewport& view) {
    const int rows = static_cast<int>(matrix.dim(0));
    const int columns = static_cast<int>(matrix.dim(1));
    if (!isVector(painter)) {
        const QTransform transform = painter.deviceTransform();
        const QRectF exact = transform.mapRect(rect);
        const QPoint topLeft(qRound(exact.left()), qRound(exact.top()));
        const QSize size(std::max(qRound(exact.right()) - topLeft.x(), 1),
                         std::max(qRound(exact.bottom()) - topLeft.y(), 1));
        Viewport device = view;
        const glm::vec2 pixels(static_cast<float>(size.width()), static_cast<float>(size.height()));
        if (pixels != view.pixels()) device.resize(pixels);
        const Image image = rasterize(matrix, range, map, device, size.width(), size.height(), Aggregation::Max);
        const QImage picture(image.rgba.data(), image.width, image.height, 4 * image.width, QImage::Format_RGBA8888);
        painter.drawImage(transform.inverted().mapRect(QRectF(topLeft, size)), picture);
        return;
    }
    if (matrix.size() > mostShapes) {
        const Image image =
            rasterize(matrix, range, map, Viewport({columns, rows}, {columns, rows}), columns, rows, Aggregation::Max);
        painter.drawImage(rect, QImage(image.rgba.data(), columns, rows, 4 * columns, QImage::Format_RGBA8888));
        return;
    }
    painter.setPen(Qt::NoPen);
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            const PixelRect cell = view.rectOf({column, row});
            // Each cell reaches a little under the next one, so that no paper shines through between smoothed edges.
            const qreal overlapX = column + 1 < columns ? 0.5 : 0.0;
            const qreal overlapY = row + 1 < rows ? 0.5 : 0.0;
            painter.setBrush(
                toColor(map.colorAt(range.normalized(matrix[static_cast<std::size_t>(row * columns + column)]))));
            painter.drawRect(QRectF(rect.left() + static_cast<qreal>(cell.low.x),
                                    rect.top() + static_cast<qreal>(cell.low.y),
                                    static_cast<qreal>(cell.high.x - cell.low.x) + overlapX,
                                    static_cast<qreal>(cell.high.y - cell.low.y) + overlapY));
        }
    }
}

void forStretches(const std::vector<bool>& flags, const std::function<void(std::size_t, std::size_t)>& visit) {
    for (std::size_t first = 0; first < flags.size(); ++first) {
        if (!flags[first]) continue;
        std::size_t end = first;
        while (end < flags.size() && flags[end]) ++end;
        visit(first, end);
        first = end;
    }
}

qreal PanelLayout::gutter() const {
    return nameWidth + 12 + scaleWidth + 6 + (rowWidth > 0 ? rowWidth + 8 : 0);
}

qreal usualPanelsHeight(const PanelFigure& figure) {
    return heightsOf(figure, usualHeight);
}

qreal smallestPanelsHeight(const PanelFigure& figure) {
    return heightsOf(figure, smallestHeight);
}

PanelLayout layoutPanels(const PanelFigure& figure, const FigureStyle& style, const QRectF& area) {
    PanelLayout layout;
    const QFont nameFont = fontOf(style, style.labelSize, QFont::DemiBold);
    const QFont captionFont = fontOf(style, style.tickSize);
    const QFont numberFont = numberFontOf(style, style.tickSize);
    qreal units = 0;
    for (const Panel& panel : figure.panels) {
        layout.nameWidth = std::max({layout.nameWidth, textWidth(nameFont, displayText(panel.name)),
                                     textWidth(captionFont, displayText(panel.caption))});
        if (panel.kind == PanelKind::Mask) {
            layout.nameWidth = std::max(layout.nameWidth, textWidth(nameFont, displayText(panel.name)) + 6 +
                                                              textWidth(captionFont, displayText(panel.caption)));
            continue;
        }
        const qreal numbers = std::max(textWidth(numberFont, compactNumber(panel.range.low)),
                                       textWidth(numberFont, compactNumber(panel.range.high)));
        layout.scaleWidth = std::max(layout.scaleWidth, numbers + (panel.colorMap.empty() ? 0 : colorBarWidth + 4));
        // Of very many labels a part says how wide they are; what is wider is cut.
        const QFont labelFont = fontOf(style, style.labelSize);
        const std::size_t step = panel.rowLabels.size() / 256 + 1;
        for (std::size_t row = 0; row < panel.rowLabels.size() && layout.rowWidth < widestRowLabel; row += step)
            layout.rowWidth = std::max(layout.rowWidth, textWidth(labelFont, displayText(panel.rowLabels[row])));
        units += panel.height;
    }
    layout.nameWidth = std::min(layout.nameWidth, widestName);
    layout.rowWidth = std::min(layout.rowWidth, widestRowLabel);
    const qreal fixed = heightsOf(figure, 0);
    const qreal unit = units > 0 ? std::max((area.height() - fixed) / units, smallestHeight) : 0;
    const qreal left = wholePixels(area.left() + layout.gutter());
    layout.nameWidth += left - area.left() - layout.gutter();
    qreal y = area.top();
    for (const Panel& panel : figure.panels) {
        const qreal height = panel.kind == PanelKind::Mask ? maskHeight : std::floor(unit * panel.height);
        layout.plots.emplace_back(left, y, std::max(std::floor(area.right() - left), 8.0), height);
        y += height + gapAfter(panel);
    }
    return layout;
}

void paintPanel(QPainter& painter, const FigureStyle& style, const PanelFigure& figure, const PanelLayout& layout,
                std::size_t index, const Viewport& columns) {
    const Panel& panel = figure.panels[index];
    const QRectF& rect = layout.plots[index];
    painter.setRenderHint(QPainter::Antialiasing);
    paintName(painter, style, panel, layout, rect);
    if (panel.matrix.size() == 0) return;
    switch (panel.kind) {
        case PanelKind::Mask:
            paintMaskPanel(painter, style, panel, rect, columns);
            return;
        case PanelKind::Bars:
            paintBarsPanel(painter, style, panel, rect, columns);
            break;
        case PanelKind::Map: {
            paintMapPanel(painter, style, panel, rect, columns, figure.columnMasked);
            paintRowLabels(painter, style, panel, layout, rect);
            break;
        }
    }
    paintScale(painter, style, panel, layout, rect);
}

Viewport withRows(const Viewport& columns, int rows, qreal height) {
    Viewport view({columns.cells().x, rows}, {columns.pixels().x, static_cast<float>(height)});
    view.zoom({columns.scale().x / view.scale().x, 1.0F}, {0.0F, 0.0F});
    view.pan({columns.offset().x - view.offset().x, 0.0F});
    return view;
}

}  // namespace attnscope::figures
