#include "views/heatmap_canvas.h"

#include "figure/column_labels.h"
#include "figure/panel_parts.h"
#include "figure/parts.h"
#include "figure/text_kit.h"
#include "theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <glm/common.hpp>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

constexpr int edge = 2 * Theme::unit;
constexpr int leftGutter = 9 * Theme::unit;
constexpr int leftGutterOfNames = 16 * Theme::unit;  ///< for rows that are tokens
constexpr int laneHeight = 3 * Theme::unit;
constexpr int marginalHeight = 6 * Theme::unit;
constexpr int singleRowHeight = 5 * Theme::unit;
constexpr int annotationHeight = Theme::unit;
constexpr int gap = Theme::unit;
constexpr qreal labelGap = 8;
constexpr std::size_t mostLanes = 8;

}  // namespace

HeatmapCanvas::HeatmapCanvas(QWidget* parent) : ColumnCanvas(parent) {
    setAccessibleName(tr("Heatmap"));
}

void HeatmapCanvas::setMap(HeatmapFigure figure, HeatmapContext context, const FigureStyle& style) {
    m_figure = std::move(figure);
    m_context = std::move(context);
    if (!m_context.onDevice || (m_shown && m_shown->layout != m_context.onDevice->layout)) m_shown.reset();
    m_asked.reset();
    Columns columns;
    columns.count =
        static_cast<std::size_t>(m_context.onDevice ? m_context.onDevice->layout.columns : m_figure.matrix.dim(1));
    columns.labels = m_figure.columnLabels;
    columns.masked = m_figure.columnMasked;
    columns.axis = "timestep";
    columns.maskable = true;
    setColumns(std::move(columns), static_cast<int>(rows()), rows() > 1, style);
}

std::int64_t HeatmapCanvas::rows() const {
    return m_context.onDevice ? m_context.onDevice->layout.rows : m_figure.matrix.dim(0);
}

/// Nothing while the number lies on a device only.
std::optional<float> HeatmapCanvas::weightAt(const Cell& cell) const {
    if (!m_context.onDevice)
        return m_figure.matrix[static_cast<std::size_t>(cell.row * m_figure.matrix.dim(1) + cell.column)];
    const MapRequest& map = *m_context.onDevice;
    if (!map.numbers.inMemory()) return std::nullopt;
    return (*map.numbers)[map.layout.place(cell.row, cell.column)];
}

/// What is on show now, in the pixels of the screen.
MapRequest HeatmapCanvas::wantedPicture() const {
    MapRequest request = *m_context.onDevice;
    request.viewport = viewport();
    const glm::vec2 pixels = glm::round(viewport().pixels() * static_cast<float>(devicePixelRatioF()));
    if (pixels != viewport().pixels()) request.viewport.resize(pixels);
    return request;
}

void HeatmapCanvas::setPicture(const MapPicture& picture) {
    if (!m_asked || !m_asked->isSame(picture.request)) return;
    m_shown = picture.request;
    const Image& image = picture.image;
    m_picture = QImage(image.rgba.data(), image.width, image.height, 4 * image.width, QImage::Format_RGBA8888).copy();
    refresh();
}

void HeatmapCanvas::paintEvent(QPaintEvent* event) {
    if (m_context.onDevice) {
        MapRequest wanted = wantedPicture();
        if (!m_asked || !m_asked->isSame(wanted)) {
            m_asked = wanted;
            emit pictureWanted(wanted);
        }
    }
    ColumnCanvas::paintEvent(event);
}

/// The picture that is there, with its cells where they belong now.
void HeatmapCanvas::paintPicture(QPainter& painter) const {
    const QRectF map(mapRect());
    painter.fillRect(map, style().grid);
    if (!m_shown) return;
    const Viewport& then = m_shown->viewport;
    const glm::vec2 low = viewport().toPixels(then.toCells({0.0F, 0.0F}));
    const glm::vec2 high = viewport().toPixels(then.toCells(then.pixels()));
    const QRectF target(map.topLeft() + QPointF(static_cast<qreal>(low.x), static_cast<qreal>(low.y)),
                        map.topLeft() + QPointF(static_cast<qreal>(high.x), static_cast<qreal>(high.y)));
    painter.save();
    painter.setClipRect(map);
    painter.drawImage(target, m_picture);
    painter.restore();
}

int HeatmapCanvas::gutter() const {
    return isSingleRow() || m_figure.rowLabels.empty() ? leftGutter : leftGutterOfNames;
}

std::size_t HeatmapCanvas::seriesShown() const {
    return m_context.series ? std::min(static_cast<std::size_t>(m_context.series->dim(1)), mostLanes) : 0;
}

/// From top to bottom: the sequence's own numbers, the weights as bars, the map, its events, its labels.
void HeatmapCanvas::arrange() {
    const int left = gutter();
    const int wide = std::max(width() - left - edge, 8);
    int top = edge;
    const int lanes = static_cast<int>(seriesShown());
    m_series = QRect(left, top, wide, lanes * laneHeight);
    if (lanes > 0) top = m_series.bottom() + 1 + gap;
    const int annotation = m_figure.annotation.empty() ? 0 : annotationHeight + gap / 2;
    const int below = height() - Theme::unit - labelHeight(wide) - annotation;
    // A single row needs no height: its bars say more.
    const int marginal = isSingleRow() ? std::max(below - top - singleRowHeight - gap, marginalHeight) : marginalHeight;
    m_marginal = QRect(left, top, wide, marginal);
    top += marginal + gap;
    const QRect map(left, top, wide, std::max(below - top, Theme::unit));
    m_annotation = QRect(left, map.bottom() + 1 + gap / 2, wide, annotationHeight);
    place(map, map.bottom() + 1 + annotation);
}

QString HeatmapCanvas::readOut() const {
    const auto cell = pointedCell();
    if (!cell) return {};
    const auto row = static_cast<std::size_t>(cell->row);
    const auto column = static_cast<std::size_t>(cell->column);
    QString text = columnText(cell->column);
    if (!isSingleRow()) text += QStringLiteral(" · %1 %2").arg(QString::fromStdString(m_figure.rowAxis)).arg(row);
    if (!isSingleRow() && row < m_figure.rowLabels.size())
        text += QStringLiteral(" “%1”").arg(figures::displayText(m_figure.rowLabels[row]));
    const auto number = [](float value, int digits) {
        return figures::compactNumber(static_cast<double>(value), digits);
    };
    const auto weight = weightAt(*cell);
    text += tr(" · weight %1").arg(weight ? number(*weight, 6) : QStringLiteral("…"));
    if (!isSingleRow() && column < m_context.perTimestep.size())
        text += tr(" · mean %1").arg(number(m_context.perTimestep[column], 4));
    if (column < m_figure.annotation.size())
        text += QStringLiteral(" · %1 %2")
                    .arg(QString::fromStdString(m_figure.annotationLabel), number(m_figure.annotation[column], 4));
    for (std::size_t feature = 0; feature < seriesShown(); ++feature) {
        const QString name = feature < m_context.seriesNames.size()
                                 ? figures::displayText(m_context.seriesNames[feature])
                                 : QString::number(feature);
        const auto features = static_cast<std::size_t>(m_context.series->dim(1));
        text += QStringLiteral(" · %1 %2").arg(name, number((*m_context.series)[column * features + feature], 4));
    }
    return text;
}

void HeatmapCanvas::paintData(QPainter& painter) const {
    if (seriesShown() > 0) paintSeries(painter);
    paintMarginal(painter);
    paintMap(painter);
    if (!m_figure.annotation.empty()) paintAnnotation(painter);
    paintRowLabels(painter);
}

void HeatmapCanvas::paintMap(QPainter& painter) const {
    const QRectF map(mapRect());
    if (m_context.onDevice)
        paintPicture(painter);
    else
        figures::paintCells(painter, map, m_figure.matrix, m_figure.range, figures::colorMapNamed(m_figure.colorMap),
                            viewport());
    figures::forStretches(m_figure.columnMasked, [&](std::size_t first, std::size_t end) {
        QRectF stretch = columnRect(static_cast<int>(first), map);
        stretch.setRight(columnRect(static_cast<int>(end) - 1, map).right());
        stretch = stretch.intersected(map);
        if (stretch.width() > 0) figures::paintHatch(painter, style(), stretch);
    });
    painter.setPen(QPen(style().line, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(map.adjusted(-0.5, -0.5, 0.5, 0.5));
}

/// The sequence's own features as lines, each scaled to itself, so that one sees what the attention sits on.
void HeatmapCanvas::paintSeries(QPainter& painter) const {
    const Tensor& series = *m_context.series;
    const auto timesteps = static_cast<std::size_t>(series.dim(0));
    const auto features = static_cast<std::size_t>(series.dim(1));
    const CellRange visible = viewport().visibleCells();
    const int first = std::max(visible.firstColumn - 1, 0);
    const int end = std::min(visible.endColumn + 1, static_cast<int>(timesteps));
    const QFont font = figures::fontOf(style(), style().tickSize);
    for (std::size_t feature = 0; feature < seriesShown(); ++feature) {
        std::vector<float> values(timesteps);
        for (std::size_t t = 0; t < timesteps; ++t) values[t] = series[t * features + feature];
        const Range range = autoRange(values);
        const QRectF lane(m_series.left(), m_series.top() + laneHeight * static_cast<qreal>(feature) + 2,
                          m_series.width(), laneHeight - 4);
        QPainterPath line;
        bool pen = false;
        for (int t = first; t < end; ++t) {
            const float value = values[static_cast<std::size_t>(t)];
            if (!std::isfinite(value)) {
                pen = false;
                continue;
            }
            const QPointF point(columnRect(t, lane).center().x(),
                                lane.bottom() - static_cast<qreal>(range.normalized(value)) * lane.height());
            pen ? line.lineTo(point) : line.moveTo(point);
            pen = true;
        }
        painter.save();
        painter.setClipRect(lane.adjusted(0, -1, 0, 1));
        painter.setPen(QPen(style().text, 1.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(line);
        painter.restore();
        const QString name = feature < m_context.seriesNames.size()
                                 ? figures::displayText(m_context.seriesNames[feature])
                                 : QString::number(feature);
        figures::drawText(painter, font, style().secondaryText, {m_series.left() - labelGap, lane.center().y()},
                          Qt::AlignRight | Qt::AlignVCenter,
                          figures::elided(font, name, m_series.left() - 2 * labelGap));
    }
}

/// The weight per timestep as bars from zero, over the columns it belongs to.
void HeatmapCanvas::paintMarginal(QPainter& painter) const {
    const Range range = figures::barRange(m_context.perTimestep);
    const QColor plain = style().series[0];
    figures::paintBars(
        painter, QRectF(m_marginal), viewport(), m_context.perTimestep, range, [&](float) { return plain; },
        figures::toColor(figures::colorMapNamed(m_figure.colorMap).notANumber));
    painter.setPen(QPen(style().line, 1));
    painter.drawLine(QPointF(m_marginal.left(), m_marginal.bottom() + 1),
                     QPointF(m_marginal.right() + 1, m_marginal.bottom() + 1));
    const QFont font = figures::numberFontOf(style(), style().tickSize);
    const qreal right = m_marginal.left() - labelGap;
    const auto number = [&](qreal y, const QString& text) {
        figures::drawText(painter, font, style().secondaryText, {right, y}, Qt::AlignRight | Qt::AlignVCenter, text);
    };
    number(m_marginal.top() + 5.0, figures::compactNumber(static_cast<double>(range.high)));
    number(m_marginal.bottom() - 4.0, figures::compactNumber(static_cast<double>(range.low)));
    if (!isSingleRow())
        figures::drawText(painter, figures::fontOf(style(), style().tickSize), style().secondaryText,
                          {right, m_marginal.center().y() + 0.5}, Qt::AlignRight | Qt::AlignVCenter, tr("mean"));
}

void HeatmapCanvas::paintAnnotation(QPainter& painter) const {
    const QRectF strip(m_annotation);
    const Range range = autoRange(m_figure.annotation);
    painter.save();
    painter.setClipRect(strip);
    painter.fillRect(strip, style().grid);
    for (std::size_t first = 0, end = 0; first < m_figure.annotation.size(); first = end) {
        const float value = m_figure.annotation[first];
        for (end = first + 1; end < m_figure.annotation.size() && m_figure.annotation[end] == value;) ++end;
        if (!std::isfinite(value) || value == 0.0F) continue;
        QColor color = style().accent;
        color.setAlphaF(range.isSingleValue() ? 1.0F : 0.15F + 0.85F * range.normalized(value));
        QRectF stretch = columnRect(static_cast<int>(first), strip);
        stretch.setRight(columnRect(static_cast<int>(end) - 1, strip).right());
        painter.fillRect(stretch, color);
    }
    painter.restore();
    const QFont font = figures::fontOf(style(), style().tickSize);
    figures::drawText(
        painter, font, style().secondaryText, {m_annotation.left() - labelGap, strip.center().y()},
        Qt::AlignRight | Qt::AlignVCenter,
        figures::elided(font, figures::displayText(m_figure.annotationLabel), m_annotation.left() - 2 * labelGap));
}

void HeatmapCanvas::paintRowLabels(QPainter& painter) const {
    const QRect map = mapRect();
    if (isSingleRow()) {
        const std::string name = m_figure.rowLabels.empty() ? std::string() : m_figure.rowLabels.front();
        figures::drawText(painter, figures::fontOf(style(), style().labelSize), style().text,
                          {map.left() - labelGap, map.top() + map.height() / 2.0}, Qt::AlignRight | Qt::AlignVCenter,
                          figures::displayText(name));
        return;
    }
    const QFont font = figures::numberFontOf(style(), style().tickSize);
    const CellRange visible = viewport().visibleCells();
    const auto rowHeight = static_cast<qreal>(viewport().scale().y);
    const int every = figures::roundStep(std::max(1.4 * figures::lineHeight(font) / rowHeight, 1.0));
    for (int row = (visible.firstRow + every - 1) / every * every; row < visible.endRow; row += every) {
        const PixelRect cell = viewport().rectOf({0, row});
        const qreal y = map.top() + static_cast<qreal>(cell.low.y + cell.high.y) / 2;
        if (y < map.top() || y > map.bottom() + 1) continue;
        const auto place = static_cast<std::size_t>(row);
        const QString label =
            place < m_figure.rowLabels.size() ? figures::displayText(m_figure.rowLabels[place]) : QString::number(row);
        figures::drawText(painter, font, style().secondaryText, {map.left() - labelGap, y},
                          Qt::AlignRight | Qt::AlignVCenter, figures::elided(font, label, gutter() - 3 * labelGap));
    }
    figures::drawText(painter, figures::fontOf(style(), style().labelSize), style().secondaryText,
                      {edge, map.top() + map.height() / 2.0}, Qt::AlignHCenter | Qt::AlignVCenter,
                      figures::displayText(m_figure.rowAxis), -90.0);
}

void HeatmapCanvas::paintCrosshair(QPainter& painter) const {
    const QRectF map(mapRect());
    const PixelRect cell = viewport().rectOf(*pointedCell());
    const QRectF place(map.left() + static_cast<qreal>(cell.low.x), map.top() + static_cast<qreal>(cell.low.y),
                       static_cast<qreal>(cell.high.x - cell.low.x), static_cast<qreal>(cell.high.y - cell.low.y));
    QColor line = style().accent;
    line.setAlpha(170);
    painter.setPen(QPen(line, 1.0));
    const int top = seriesShown() > 0 ? m_series.top() : m_marginal.top();
    const qreal x = place.center().x();
    if (x >= map.left() && x <= map.right()) painter.drawLine(QPointF(x, top), QPointF(x, labelRect().top()));
    if (!isSingleRow())
        painter.drawLine(QPointF(map.left(), place.center().y()), QPointF(map.right(), place.center().y()));
    if (place.width() < 6 || place.height() < 6) return;
    painter.setPen(QPen(style().accent, 2.0));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(place.intersected(map));
}

}  // namespace attnscope
