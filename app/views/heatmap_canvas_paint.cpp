#include "figure/column_labels.h"
#include "figure/parts.h"
#include "figure/text_kit.h"
#include "heatmap/raster.h"
#include "theme/theme.h"
#include "views/heatmap_canvas.h"

#include <QImage>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

/// Labels of the cells in view, numbered where there are none.
std::vector<std::string> labelsBetween(const std::vector<std::string>& labels, int first, int end) {
    std::vector<std::string> part;
    for (int at = first; at < end; ++at) {
        const auto place = static_cast<std::size_t>(at);
        part.push_back(place < labels.size() ? labels[place] : std::to_string(at));
    }
    return part;
}

}  // namespace

void HeatmapCanvas::paintMap(QPainter& painter) const {
    const qreal ratio = devicePixelRatioF();
    const int wide = std::max(static_cast<int>(std::lround(m_map.width() * ratio)), 1);
    const int high = std::max(static_cast<int>(std::lround(m_map.height() * ratio)), 1);
    Viewport device = m_viewport;
    if (ratio != 1.0) device.resize({static_cast<float>(wide), static_cast<float>(high)});
    const Image image = rasterize(m_figure.matrix, m_figure.range, figures::colorMapNamed(m_figure.colorMap), device, wide,
                                  high, Aggregation::Max);
    QImage picture(image.rgba.data(), image.width, image.height, image.width * 4, QImage::Format_RGBA8888);
    picture.setDevicePixelRatio(ratio);
    painter.drawImage(m_map.topLeft(), picture);
    painter.setPen(m_style.line);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(m_map).adjusted(-0.5, -0.5, 0.5, 0.5));
}

void HeatmapCanvas::paintMasked(QPainter& painter) const {
    painter.save();
    painter.setClipRect(m_map);
    const CellRange visible = m_viewport.visibleCells();
    for (int column = visible.firstColumn; column < visible.endColumn; ++column) {
        const auto place = static_cast<std::size_t>(column);
        if (place < m_figure.columnMasked.size() && m_figure.columnMasked[place])
            figures::paintHatch(painter, m_style, columnRect(column, m_map));
    }
    painter.restore();
}

/// The sequence's own features as lines, each scaled to itself, so that one sees what the attention sits on.
void HeatmapCanvas::paintSeries(QPainter& painter) const {
    const Tensor& series = *m_context.series;
    const auto timesteps = static_cast<std::size_t>(series.dim(0));
    const auto features = static_cast<std::size_t>(series.dim(1));
    constexpr std::size_t mostLines = 8;
    painter.save();
    painter.setClipRect(QRectF(m_series).adjusted(0, -1, 0, 1));
    const CellRange visible = m_viewport.visibleCells();
    for (std::size_t feature = 0; feature < std::min(features, mostLines); ++feature) {
        std::vector<float> values(timesteps);
        for (std::size_t t = 0; t < timesteps; ++t) values[t] = series[t * features + feature];
        const Range range = autoRange(values);
        const qreal lane = static_cast<qreal>(m_series.height()) / static_cast<qreal>(std::min(features, mostLines));
        const qreal bottom = m_series.top() + lane * static_cast<qreal>(feature + 1) - 2;
        QPainterPath line;
        for (int t = std::max(visible.firstColumn - 1, 0); t < std::min<int>(visible.endColumn + 1, static_cast<int>(timesteps)); ++t) {
            const QPointF point(columnRect(t, m_series).center().x(),
                                bottom - static_cast<qreal>(range.normalized(values[static_cast<std::size_t>(t)])) * (lane - 4));
            if (line.elementCount() == 0) {
                line.moveTo(point);
            } else {
                line.lineTo(point);
            }
        }
        painter.setPen(QPen(m_style.secondaryText, 1.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(line);
    }
    painter.restore();
    const QFont font = figures::fontOf(m_style, m_style.tickSize);
    const qreal lane = static_cast<qreal>(m_series.height()) / static_cast<qreal>(std::min(features, mostLines));
    for (std::size_t feature = 0; feature < std::min(features, mostLines); ++feature) {
        const QString name = feature < m_context.seriesNames.size() ? figures::displayText(m_context.seriesNames[feature])
                                                                    : QString::number(feature);
        figures::drawText(painter, font, m_style.secondaryText,
                          {m_series.left() - 6.0, m_series.top() + lane * (static_cast<qreal>(feature) + 0.5)},
                          Qt::AlignRight | Qt::AlignVCenter, figures::elided(font, name, m_series.left() - 10));
    }
}

/// The weight per timestep as bars from zero, over the columns it belongs to.
void HeatmapCanvas::paintMarginal(QPainter& painter) const {
    painter.setPen(m_style.line);
    painter.drawLine(QPointF(m_marginal.left(), m_marginal.bottom() + 0.5), QPointF(m_marginal.right(), m_marginal.bottom() + 0.5));
    float largest = 0.0F;
    for (const float weight : m_context.perTimestep) largest = std::isfinite(weight) ? std::max(largest, weight) : largest;
    if (largest <= 0.0F) return;
    painter.save();
    painter.setClipRect(m_marginal);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Theme::of(palette()).neutralBar);
    const CellRange visible = m_viewport.visibleCells();
    for (int column = visible.firstColumn; column < visible.endColumn; ++column) {
        const auto place = static_cast<std::size_t>(column);
        if (place >= m_context.perTimestep.size() || !std::isfinite(m_context.perTimestep[place])) continue;
        QRectF bar = columnRect(column, m_marginal);
        bar.setTop(bar.bottom() - bar.height() * static_cast<qreal>(m_context.perTimestep[place] / largest));
        if (bar.width() > 4) bar.adjust(0.5, 0, -0.5, 0);
        painter.drawRect(bar);
    }
    painter.restore();
    const QFont font = figures::numberFontOf(m_style, m_style.tickSize);
    figures::drawText(painter, font, m_style.secondaryText, {m_marginal.left() - 6.0, m_marginal.top() + 6.0},
                      Qt::AlignRight | Qt::AlignVCenter, figures::compactNumber(largest));
    figures::drawText(painter, font, m_style.secondaryText, {m_marginal.left() - 6.0, m_marginal.bottom() - 4.0},
                      Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("0"));
}

void HeatmapCanvas::paintAnnotation(QPainter& painter) const {
    painter.save();
    painter.setClipRect(m_annotation);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_style.accent);
    for (std::size_t t = 0; t < m_figure.annotation.size(); ++t) {
        if (m_figure.annotation[t] != 0.0F) painter.drawRect(columnRect(static_cast<int>(t), m_annotation));
    }
    painter.restore();
    const QFont font = figures::fontOf(m_style, m_style.tickSize);
    figures::drawText(painter, font, m_style.secondaryText, {m_annotation.left() - 6.0, m_annotation.center().y() + 0.5},
                      Qt::AlignRight | Qt::AlignVCenter,
                      figures::elided(font, figures::displayText(m_figure.annotationLabel), m_annotation.left() - 10));
}

void HeatmapCanvas::paintLabels(QPainter& painter) const {
    const CellRange visible = m_viewport.visibleCells();
    const auto columns = static_cast<std::size_t>(visible.endColumn - visible.firstColumn);
    const auto columnWidth = static_cast<qreal>(m_viewport.scale().x);
    const auto columnTexts = labelsBetween(m_figure.columnLabels, visible.firstColumn, visible.endColumn);
    const auto labels = figures::layoutColumnLabels(m_style, columnTexts, columns, columnWidth);
    std::vector<bool> muted;
    for (int column = visible.firstColumn; column < visible.endColumn; ++column) {
        const auto place = static_cast<std::size_t>(column);
        muted.push_back(place < m_figure.columnMasked.size() && m_figure.columnMasked[place]);
    }
    painter.save();
    painter.setClipRect(QRect(0, m_labels.top(), width(), height() - m_labels.top()));
    labels.paint(painter, m_style, {columnRect(visible.firstColumn, m_labels).left(), static_cast<qreal>(m_labels.top())},
                 columnWidth, muted);
    painter.restore();

    if (isSingleRow()) {
        const std::string name = m_figure.rowLabels.empty() ? std::string() : m_figure.rowLabels.front();
        figures::drawText(painter, figures::fontOf(m_style, m_style.labelSize), m_style.text,
                          {m_map.left() - 8.0, static_cast<qreal>(m_map.center().y())}, Qt::AlignRight | Qt::AlignVCenter,
                          figures::displayText(name));
        return;
    }
    const auto rowCount = static_cast<std::size_t>(visible.endRow - visible.firstRow);
    const auto rowHeight = static_cast<qreal>(m_viewport.scale().y);
    const auto rowTexts = labelsBetween(m_figure.rowLabels, visible.firstRow, visible.endRow);
    const auto rows = figures::layoutRowLabels(m_style, rowTexts, rowCount, rowHeight);
    painter.save();
    painter.setClipRect(QRect(0, m_map.top(), m_map.left(), m_map.height()));
    const qreal top = m_map.top() + static_cast<qreal>(m_viewport.rectOf({0, visible.firstRow}).low.y);
    rows.paint(painter, m_style, {static_cast<qreal>(m_map.left()), top}, rowHeight);
    painter.restore();
    figures::drawText(painter, figures::fontOf(m_style, m_style.labelSize), m_style.secondaryText,
                      {10.0, static_cast<qreal>(m_map.center().y())}, Qt::AlignHCenter | Qt::AlignVCenter,
                      figures::displayText(m_figure.rowAxis), -90.0);
}

void HeatmapCanvas::paintCrosshair(QPainter& painter) const {
    if (!m_pointed) return;
    const PixelRect cell = m_viewport.rectOf(*m_pointed);
    const QRectF place(m_map.left() + static_cast<qreal>(cell.low.x), m_map.top() + static_cast<qreal>(cell.low.y),
                       static_cast<qreal>(cell.high.x - cell.low.x), static_cast<qreal>(cell.high.y - cell.low.y));
    QColor line = m_style.accent;
    line.setAlpha(150);
    painter.setPen(QPen(line, 1.0));
    const int top = m_series.isNull() ? m_marginal.top() : m_series.top();
    painter.drawLine(QPointF(place.center().x(), top), QPointF(place.center().x(), m_labels.top()));
    if (!isSingleRow())
        painter.drawLine(QPointF(m_map.left(), place.center().y()), QPointF(m_map.right() + 1, place.center().y()));
    painter.setPen(QPen(m_style.accent, 2.0));
    painter.setBrush(Qt::NoBrush);
    if (place.width() >= 6 && place.height() >= 6) painter.drawRect(place.intersected(QRectF(m_map)));
}

}  // namespace attnscope
