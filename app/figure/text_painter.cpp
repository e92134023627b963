#include "figure/text_painter.h"

#include "figure/parts.h"
#include "figure/text_layout.h"

#include <algorithm>
#include <cmath>

namespace attnscope::figures {
namespace {

constexpr qreal usualWidth = 752;

struct Layout {
    QSizeF size;
    Heading heading;
    TextLayout text;
    qreal textTop = 0;
    qreal footerY = 0;
};

std::vector<LegendEntry> legendOf(const TextFigure& figure, const FigureStyle& style) {
    std::vector<LegendEntry> legend;
    const auto any = [&](auto member) {
        return std::any_of(figure.pieces.begin(), figure.pieces.end(),
                           [member](const TextPiece& p) { return p.*member; });
    };
    if (any(&TextPiece::masked)) legend.push_back(maskedEntry(style));
    if (any(&TextPiece::unknown)) {
        legend.push_back({QStringLiteral("unknown to the model"), [&style](QPainter& painter, const QRectF& rect) {
                              painter.setPen(QPen(style.text, 1.5, Qt::DotLine, Qt::FlatCap));
                              painter.drawLine(rect.bottomLeft() - QPointF(0, 2), rect.bottomRight() - QPointF(0, 2));
                          }});
    }
    if (any(&TextPiece::unseen)) {
        legend.push_back({QStringLiteral("not seen by the model"), [&style](QPainter& painter, const QRectF& rect) {
                              painter.setBrush(Qt::NoBrush);
                              painter.setPen(QPen(style.line, 1, Qt::DashLine));
                              painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
                          }});
    }
    std::vector<float> weights;
    for (const TextPiece& piece : figure.pieces) {
        if (!piece.unseen) weights.push_back(piece.weight);
    }
    addNotANumberEntry(legend, weights, colorMapNamed(figure.colorMap));
    return legend;
}

Footer footerOf(const TextFigure& figure, const FigureStyle& style, qreal width) {
    const ColorScale scale{displayText(figure.valueLabel), displayText(figure.rangeNote), figure.range,
                           &colorMapNamed(figure.colorMap)};
    return Footer(style, scale, legendOf(figure, style), width);
}

Layout layoutOf(const TextFigure& figure, const FigureStyle& style, QSizeF wanted) {
    Layout layout{{}, {}, TextLayout(figure, style)};
    qreal width = wanted.width();
    if (width <= 0) {
        // Room for the wider letters of fallback fonts, so that a short text is not broken.
        const std::optional<qreal> line = layout.text.oneLineWidth();
        width = line ? std::min(std::ceil(*line) + 2 * margin + 4, usualWidth) : usualWidth;
    }
    width = std::max(width, narrowest);
    const qreal inner = width - 2 * margin;
    layout.heading = layoutHeading(style, figure.title, figure.subtitle, inner);
    layout.textTop = margin + layout.heading.height();
    layout.text.breakLines(inner);
    layout.footerY = layout.textTop + layout.text.height();
    const qreal height = layout.footerY + footerOf(figure, style, inner).height() + margin;
    layout.size = QSizeF(width, std::ceil(height));
    return layout;
}

}  // namespace

QSizeF sizeOf(const TextFigure& figure, const FigureStyle& style, QSizeF size) {
    return layoutOf(figure, style, size).size;
}

void paint(QPainter& painter, const TextFigure& figure, const FigureStyle& style, QSizeF size) {
    const Layout layout = layoutOf(figure, style, size);
    painter.setRenderHint(QPainter::Antialiasing);
    layout.heading.paint(painter, style, {margin, margin});
    layout.text.paint(painter, QPointF(margin, layout.textTop));
    footerOf(figure, style, layout.size.width() - 2 * margin).paint(painter, {margin, layout.footerY});
}

}  // namespace attnscope::figures
