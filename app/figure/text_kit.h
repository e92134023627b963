#pragma once

#include "figure/figure_style.h"
#include "heatmap/color_map.h"

#include <QFont>
#include <QPainter>
#include <QPointF>
#include <QString>
#include <QStringList>

#include <span>
#include <string>
#include <vector>

/// How figures measure and set their text: fonts that look the same at every resolution, labels, numbers.
namespace attnscope::figures {

/// The style's font at so many pixels; unhinted, so that what is measured holds at every scale.
[[nodiscard]] QFont fontOf(const FigureStyle& style, int pixels, QFont::Weight weight = QFont::Normal);

/// The same for numbers: digits are all equally wide.
[[nodiscard]] QFont numberFontOf(const FigureStyle& style, int pixels);

[[nodiscard]] QColor toColor(Rgb color);
[[nodiscard]] Rgb toRgb(const QColor& color);

/// Near-black or white, whichever reads better on `background`.
[[nodiscard]] QColor legibleOn(const QColor& background);

/// UTF-8 as one line: line breaks and tabs become visible signs, other control characters (which no SVG may hold) dots.
[[nodiscard]] QString displayText(const std::string& utf8);

[[nodiscard]] qreal textWidth(const QFont& font, const QString& text);
[[nodiscard]] qreal lineHeight(const QFont& font);

/// Shortened in the middle with … to at most `width`.
[[nodiscard]] QString elided(const QFont& font, const QString& text, qreal width);

/// One line at `anchor`: AlignLeft, AlignRight or AlignHCenter; AlignTop (of the line's box) or AlignVCenter (of the
/// capital letters); turned about the anchor by `degrees`, clockwise.
void drawText(QPainter& painter, const QFont& font, const QColor& color, QPointF anchor, Qt::Alignment alignment,
              const QString& text, qreal degrees = 0.0);

/// Text broken into lines of at most `width`, at words where possible.
struct Paragraph {
    QFont font;
    QStringList lines;

    [[nodiscard]] qreal height() const { return static_cast<qreal>(lines.size()) * lineHeight(font); }
    [[nodiscard]] qreal width() const;
    void paint(QPainter& painter, const QColor& color, QPointF topLeft) const;
};
[[nodiscard]] Paragraph wrapped(const QFont& font, const QString& text, qreal width);

/// With `significant` digits but no trailing zeros, a true minus sign, and an exponent only beyond 10⁻⁴…10⁶.
[[nodiscard]] QString compactNumber(double number, int significant = 3);

/// compactNumber of each with as many digits as tell them apart.
[[nodiscard]] QStringList distinctNumbers(std::span<const double> numbers);

/// With so many digits after the point and a true minus sign.
[[nodiscard]] QString fixedNumber(double number, int decimals);

/// Round numbers (1, 2 or 5 times a power of ten apart), with their labels.
struct Ticks {
    std::vector<double> values;
    QStringList labels;
};
/// From the last one not above `low` to the first one not below `high`, about `count` of them; low < high.
[[nodiscard]] Ticks ticksAround(double low, double high, int count);

/// The smallest of 1, 2, 5, 10, 20, 50 … that is at least `smallest`.
[[nodiscard]] int roundStep(double smallest);

}  // namespace attnscope::figures
