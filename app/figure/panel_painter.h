#pragma once

#include "figure/figure.h"
#include "figure/figure_style.h"

#include <QPainter>
#include <QSizeF>

namespace attnscope::figures {

/// The size that panels take when laid out `size` large; a width or height of 0 is free to be what suits the figure.
/// Never smaller than what keeps everything in place, so it may exceed `size`.
[[nodiscard]] QSizeF sizeOf(const PanelFigure& figure, const FigureStyle& style, QSizeF size);

/// Paints the panels from the origin, laid out as sizeOf() says.
void paint(QPainter& painter, const PanelFigure& figure, const FigureStyle& style, QSizeF size);

}  // namespace attnscope::figures
