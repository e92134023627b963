#include "figure/parts.h"

#include <QLinearGradient>
#include <QPaintEngine>

#include <algorithm>
#include <array>
#include <cmath>

namespace attnscope::figures {
namespace {

constexpr qreal barHeight = 8;
constexpr qreal signSize = 12;
constexpr qreal legendRow = 24;

}  // namespace

qreal wholePixels(qreal length) {
    return std::ceil(length - 1e-6);
}

const ColorMap& colorMapNamed(const std::string& name) {
    const ColorMap* map = findColorMap(name);
    return map ? *map : colorMaps().front();
}

bool isVector(const QPainter& painter) {
    return painter.paintEngine() && painter.paintEngine()->type() != QPaintEngine::Raster;
}

void paintHatch(QPainter& painter, const FigureStyle& style, const QRectF& rect) {
    constexpr qreal spacing = 8;
    // Two tones, so that one of them stands out from any cell.
    QColor halo = style.background;
    halo.setAlpha(150);
    QColor ink = style.secondaryText;
    ink.setAlpha(220);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto& [color, width] : {std::pair{halo, 2.0}, {ink, 0.8}}) {
        painter.setPen(QPen(color, width, Qt::SolidLine, Qt::FlatCap));
        // Lines x + y = sum, counted from the origin so that neighbouring rectangles continue each other's.
        const qreal first = std::ceil((rect.left() + rect.top()) / spacing) * spacing;
        for (qreal sum = first; sum < rect.right() + rect.bottom(); sum += spacing) {
            const qreal left = std::max(rect.left(), sum - rect.bottom());
            const qreal right = std::min(rect.right(), sum - rect.top());
            if (right - left > 0.5) painter.drawLine(QPointF(left, sum - left), QPointF(right, sum - right));
        }
    }
    painter.restore();
}

qreal Heading::height() const {
    const qreal lines = title.height() + subtitle.height();
    return lines > 0 ? lines + blockGap : 0;
}

void Heading::paint(QPainter& painter, const FigureStyle& style, QPointF topLeft) const {
    title.paint(painter, style.text, topLeft);
    subtitle.paint(painter, style.secondaryText, topLeft + QPointF(0, title.height()));
}

Heading layoutHeading(const FigureStyle& style, const std::string& title, const std::string& subtitle, qreal width) {
    return {wrapped(fontOf(style, style.titleSize, QFont::DemiBold), displayText(title), width),
            wrapped(fontOf(style, style.labelSize), displayText(subtitle), width)};
}

Footer::Footer(const FigureStyle& style, std::optional<ColorScale> scale, std::vector<LegendEntry> legend, qreal width)
    : m_style(style),
      m_labelFont(fontOf(style, style.labelSize)),
      m_tickFont(numberFontOf(style, style.tickSize)),
      m_scale(std::move(scale)),
      m_legend(std::move(legend)) {
    qreal scaleHeight = 0;
    qreal startX = 0;
    qreal y = blockGap;
    if (m_scale) {
        const Range& range = m_scale->range;
        if (range.isSingleValue()) {
            m_ticks << compactNumber(range.low);
        } else {
            const std::array<double, 3> ends{range.low, range.valueAt(0.5F), range.high};
            m_ticks = distinctNumbers(ends);
        }
        m_caption = elided(m_labelFont, m_scale->valueLabel, width);
        m_note = elided(m_labelFont, m_scale->rangeNote, width);
        // The note beside what it belongs to, or under it where the figure is narrow.
        m_noteBelow =
            !m_note.isEmpty() && textWidth(m_labelFont, m_caption) + smallGap + textWidth(m_labelFont, m_note) > width;
        const qreal captions = m_caption.isEmpty() && m_note.isEmpty() ? 0 : (m_noteBelow ? 2 : 1);
        scaleHeight =
            captions * lineHeight(m_labelFont) + (captions > 0 ? 4 : 0) + barHeight + 2 + lineHeight(m_tickFont);
        startX = scaleWidth() + 32;
    }
    qreal x = startX;
    qreal bottom = m_scale ? blockGap + scaleHeight : 0;
    for (const LegendEntry& entry : m_legend) {
        const qreal entryWidth = signSize + smallGap + textWidth(m_labelFont, entry.text);
        if (x > 0 && x + entryWidth > width) {
            const bool beside =
                startX > 0 && startX + entryWidth <= width && y + 2 * legendRow <= blockGap + scaleHeight;
            x = beside ? startX : 0;
            y = beside ? y + legendRow : std::max(bottom + (m_scale ? smallGap : 0), y);
        }
        m_places.emplace_back(x, y);
        bottom = std::max(bottom, y + lineHeight(m_labelFont));
        x += entryWidth + 24;
    }
    m_height = bottom;
}

qreal Footer::scaleWidth() const {
    qreal captions = textWidth(m_labelFont, m_caption);
    const qreal note = m_note.isEmpty() ? 0 : textWidth(m_labelFont, m_note);
    captions = m_noteBelow ? std::max(captions, note) : captions + (note > 0 ? smallGap + note : 0);
    return std::max(scaleBarWidth, captions);
}

void Footer::paintScale(QPainter& painter, QPointF topLeft) const {
    qreal y = topLeft.y();
    const auto caption = Qt::AlignLeft | Qt::AlignTop;
    drawText(painter, m_labelFont, m_style.text, {topLeft.x(), y}, caption, m_caption);
    qreal noteX = topLeft.x();
    if (m_noteBelow) {
        y += lineHeight(m_labelFont);
    } else if (!m_caption.isEmpty()) {
        noteX += textWidth(m_labelFont, m_caption) + smallGap;
    }
    drawText(painter, m_labelFont, m_style.secondaryText, {noteX, y}, caption, m_note);
    if (!m_caption.isEmpty() || !m_note.isEmpty()) y += lineHeight(m_labelFont) + 4;

    const QRectF bar(topLeft.x(), y, scaleBarWidth, barHeight);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(Qt::NoPen);
    if (m_scale->range.isSingleValue()) {
        painter.setBrush(toColor(m_scale->map->colorAt(0.5F)));
    } else {
        QLinearGradient gradient(bar.topLeft(), bar.topRight());
        for (int i = 0; i <= 32; ++i)
            gradient.setColorAt(i / 32.0, toColor(m_scale->map->colorAt(static_cast<float>(i) / 32.0F)));
        painter.setBrush(gradient);
    }
    painter.drawRect(bar);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(m_style.line, 1));
    painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5));
    painter.setRenderHint(QPainter::Antialiasing);

    const qreal tickY = bar.bottom() + 2;
    if (m_ticks.size() == 1) {
        drawText(painter, m_tickFont, m_style.secondaryText, {bar.center().x(), tickY}, Qt::AlignHCenter | Qt::AlignTop,
                 m_ticks[0]);
        return;
    }
    drawText(painter, m_tickFont, m_style.secondaryText, {bar.left(), tickY}, Qt::AlignLeft | Qt::AlignTop, m_ticks[0]);
    drawText(painter, m_tickFont, m_style.secondaryText, {bar.center().x(), tickY}, Qt::AlignHCenter | Qt::AlignTop,
             m_ticks[1]);
    drawText(painter, m_tickFont, m_style.secondaryText, {bar.right(), tickY}, Qt::AlignRight | Qt::AlignTop,
             m_ticks[2]);
}

void Footer::paint(QPainter& painter, QPointF topLeft) const {
    if (m_scale) paintScale(painter, topLeft + QPointF(0, blockGap));
    for (std::size_t i = 0; i < m_legend.size(); ++i) {
        const QPointF place = topLeft + m_places[i];
        const qreal middle = place.y() + lineHeight(m_labelFont) / 2;
        m_legend[i].paintSign(painter, QRectF(place.x(), middle - signSize / 2, signSize, signSize));
        drawText(painter, m_labelFont, m_style.secondaryText, {place.x() + signSize + smallGap, middle},
                 Qt::AlignLeft | Qt::AlignVCenter, m_legend[i].text);
    }
}

void addNotANumberEntry(std::vector<LegendEntry>& legend, std::span<const float> values, const ColorMap& map) {
    const auto count = std::count_if(values.begin(), values.end(), [](float value) { return std::isnan(value); });
    if (count == 0) return;
    const QColor color = toColor(map.notANumber);
    legend.push_back({QStringLiteral("not a number (%1)").arg(count), [color](QPainter& painter, const QRectF& rect) {
                          painter.setPen(Qt::NoPen);
                          painter.setBrush(color);
                          painter.drawRect(rect);
                      }});
}

LegendEntry maskedEntry(const FigureStyle& style) {
    return {QStringLiteral("masked"), [&style](QPainter& painter, const QRectF& rect) {
                painter.setPen(QPen(style.line, 1));
                painter.setBrush(style.grid);
                painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5));
                paintHatch(painter, style, rect);
            }};
}

}  // namespace attnscope::figures
