#pragma once

#include "figure/figure.h"
#include "figure/figure_style.h"

#include <QPainter>
#include <QRectF>
#include <QSizeF>

namespace attnscope::figures {

/// The size that a map takes when laid out `size` large; a width or height of 0 is free to be what suits the figure.
/// Never smaller than what keeps everything in place, so it may exceed `size`.
[[nodiscard]] QSizeF sizeOf(const HeatmapFigure& figure, const FigureStyle& style, QSizeF size);

/// Where the cells lie in a map laid out so.
[[nodiscard]] QRectF mapRectOf(const HeatmapFigure& figure, const FigureStyle& style, QSizeF size);

/// Paints the map from the origin, laid out as sizeOf() says.
void paint(QPainter& painter, const HeatmapFigure& figure, const FigureStyle& style, QSizeF size);

}  // namespace attnscope::figures
