#include "figure/figure_painter.h"

#include "figure/bar_painter.h"
#include "figure/heatmap_painter.h"
#include "figure/panel_painter.h"
#include "figure/text_painter.h"

#include <algorithm>

namespace attnscope {

QSizeF naturalSize(const Figure& figure, const FigureStyle& style, qreal width) {
    return std::visit([&](const auto& kind) { return figures::sizeOf(kind, style, {width, 0}); }, figure);
}

void paintFigure(QPainter& painter, const QRectF& rect, const Figure& figure, const FigureStyle& style) {
    if (rect.isEmpty()) return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(Qt::NoPen);
    painter.setBrush(style.background);
    painter.drawRect(rect);
    painter.translate(rect.topLeft());
    std::visit(
        [&](const auto& kind) {
            QSizeF size = rect.size();
            QSizeF needed = figures::sizeOf(kind, style, size);
            // What needs more room than there is gets a larger sheet of the same proportions, scaled down.
            for (int attempt = 0; attempt < 4; ++attempt) {
                const qreal excess = std::max(needed.width() / size.width(), needed.height() / size.height());
                if (excess <= 1.001) break;
                size *= excess;
                needed = figures::sizeOf(kind, style, size);
            }
            const qreal scale = std::min({1.0, rect.width() / std::max(needed.width(), size.width()),
                                          rect.height() / std::max(needed.height(), size.height())});
            painter.scale(scale, scale);
            figures::paint(painter, kind, style, size);
        },
        figure);
    painter.restore();
}

}  // namespace attnscope
