#pragma once

#include "figure/text_kit.h"
#include "heatmap/range.h"

#include <QRectF>

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What all kinds of figures share: the space around, the heading, the colour scale and the legend.
namespace attnscope::figures {

constexpr qreal margin = 16;
/// Between blocks, and between the things inside a block: the 8 px grid.
constexpr qreal blockGap = 16;
constexpr qreal smallGap = 8;
/// The colour bar's; no figure leaves less for its footer.
constexpr qreal scaleBarWidth = 208;

/// Rounded up, but for the error of floating point: a figure laid out at its own size must come out the same.
[[nodiscard]] qreal wholePixels(qreal length);
/// Figures are not laid out narrower than this, but scaled down.
constexpr qreal narrowest = 320;

/// The colour map of that name; viridis for an unknown one.
[[nodiscard]] const ColorMap& colorMapNamed(const std::string& name);

/// Whether what is painted is kept as shapes (SVG, PDF) rather than as pixels.
[[nodiscard]] bool isVector(const QPainter& painter);

/// Slanted lines over what the model is told not to see; legible on light and dark cells alike. No clipping is needed,
/// so that SVG files hold it too.
void paintHatch(QPainter& painter, const FigureStyle& style, const QRectF& rect);

/// Title and subtitle.
struct Heading {
    Paragraph title;
    Paragraph subtitle;

    /// With the gap under it; 0 when there is neither.
    [[nodiscard]] qreal height() const;
    void paint(QPainter& painter, const FigureStyle& style, QPointF topLeft) const;
};
[[nodiscard]] Heading layoutHeading(const FigureStyle& style, const std::string& title, const std::string& subtitle,
                                    qreal width);

/// One entry of the legend: a sign and its meaning.
struct LegendEntry {
    QString text;
    std::function<void(QPainter&, const QRectF&)> paintSign;  ///< into a square
};

/// The colour scale with its ends and its middle, and what the value and the range are.
struct ColorScale {
    QString valueLabel;
    QString rangeNote;
    Range range;
    const ColorMap* map = nullptr;
};

/// The block under the data: colour scale, then legend entries, in as many rows as they need.
class Footer {
public:
    Footer(const FigureStyle& style, std::optional<ColorScale> scale, std::vector<LegendEntry> legend, qreal width);

    /// With the gap above it; 0 when there is nothing to show.
    [[nodiscard]] qreal height() const { return m_height; }
    void paint(QPainter& painter, QPointF topLeft) const;

private:
    [[nodiscard]] qreal scaleWidth() const;
    void paintScale(QPainter& painter, QPointF topLeft) const;

    const FigureStyle& m_style;
    QFont m_labelFont;
    QFont m_tickFont;
    std::optional<ColorScale> m_scale;
    QStringList m_ticks;
    QString m_caption;
    QString m_note;
    bool m_noteBelow = false;
    std::vector<LegendEntry> m_legend;
    std::vector<QPointF> m_places;  ///< of the legend entries, from the footer's top left
    qreal m_height = 0;
};

/// What a colour scale needs to say about its values: an entry for NaN if there is any.
void addNotANumberEntry(std::vector<LegendEntry>& legend, std::span<const float> values, const ColorMap& map);

/// The entry for hatched places.
[[nodiscard]] LegendEntry maskedEntry(const FigureStyle& style);

}  // namespace attnscope::figures
