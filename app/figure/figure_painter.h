#pragma once

#include "figure/figure.h"
#include "figure/figure_style.h"

#include <QPainter>
#include <QRectF>
#include <QSizeF>

namespace attnscope {

/// The size in logical pixels at which a figure looks its best; for a given `width` (0: free) the height that goes with
/// it. It may be wider than asked where the figure could not be read otherwise. Needs a QGuiApplication, for its fonts.
[[nodiscard]] QSizeF naturalSize(const Figure& figure, const FigureStyle& style, qreal width = 0);

/// Paints a figure, with its background, into `rect`: the data takes the room that heading, labels and colour scale
/// leave. Where even that is too little, everything is scaled down; nothing is ever clipped. An unknown colour map is
/// painted as viridis. Needs a QGuiApplication, for its fonts.
void paintFigure(QPainter& painter, const QRectF& rect, const Figure& figure, const FigureStyle& style);

}  // namespace attnscope
