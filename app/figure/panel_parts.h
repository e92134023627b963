#pragma once

#include "figure/figure.h"
#include "figure/figure_style.h"
#include "heatmap/color_map.h"
#include "heatmap/viewport.h"

#include <QPainter>
#include <QRectF>

#include <functional>
#include <span>
#include <vector>

/// Data over columns as figures and the window's views share it: bars, cells, and panels of both.
namespace attnscope::figures {

/// From the smallest to the largest finite value, and 0: what bars need.
[[nodiscard]] Range barRange(std::span<const float> values);

/// Bars from zero over the columns that `columns` shows, whose left edge is `rect`'s. Where several columns share a
/// pixel, the bar reaches from the smallest to the largest of them. What is not a number is painted over the full
/// height in `notANumber`. `share` is how much of a column's width a bar takes.
void paintBars(QPainter& painter, const QRectF& rect, const Viewport& columns, std::span<const float> values,
               const Range& range, const std::function<QColor(float)>& color, const QColor& notANumber,
               qreal share = 1.0);

/// The cells of `matrix` that `view` shows, in `rect`, which is as large as the view. Pixels by rasterize(); shapes in
/// vector files, unless there are too many.
void paintCells(QPainter& painter, const QRectF& rect, const Tensor& matrix, const Range& range, const ColorMap& map,
                const Viewport& view);

/// Calls `visit` with first and end of each stretch of true.
void forStretches(const std::vector<bool>& flags, const std::function<void(std::size_t, std::size_t)>& visit);

/// Where the panels of a figure stand in an area, and what is left of them.
struct PanelLayout {
    qreal nameWidth = 0;   ///< names and captions
    qreal scaleWidth = 0;  ///< the numbers at the ends of the ranges, and colour bars
    qreal rowWidth = 0;    ///< labels of rows
    std::vector<QRectF> plots;

    [[nodiscard]] qreal gutter() const;
};

/// `area` holds names, numbers and plots. The plots are never lower than what can be read, so that they may reach
/// beyond.
[[nodiscard]] PanelLayout layoutPanels(const PanelFigure& figure, const FigureStyle& style, const QRectF& area);

/// The height at which panels look their best.
[[nodiscard]] qreal usualPanelsHeight(const PanelFigure& figure);
/// The lowest at which they can be read.
[[nodiscard]] qreal smallestPanelsHeight(const PanelFigure& figure);

/// A panel with its name and its scale. `columns` is the view of the columns, one row high, as wide as the plots.
void paintPanel(QPainter& painter, const FigureStyle& style, const PanelFigure& figure, const PanelLayout& layout,
                std::size_t index, const Viewport& columns);

/// The view of a matrix of so many rows that has these columns.
[[nodiscard]] Viewport withRows(const Viewport& columns, int rows, qreal height);

}  // namespace attnscope::figures
