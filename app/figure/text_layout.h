#pragma once

#include "figure/figure.h"
#include "figure/figure_style.h"

#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

class QTextLayout;

namespace attnscope::figures {

/// Running text with every token on its colour: where each token stands, and how it is painted. The figure for a paper and
/// the text view of the window share it. Positions are relative to the text's top left corner.
class TextLayout {
public:
    TextLayout(TextFigure figure, FigureStyle style);
    ~TextLayout();
    TextLayout(TextLayout&&) noexcept;
    TextLayout& operator=(TextLayout&&) noexcept;

    /// Breaks the text into lines of at most `width`; must be called before anything is asked of the layout.
    void breakLines(qreal width);

    /// Takes other weights, colours and marks for the same text with the same tokens, keeping its lines; false where that
    /// is not what `figure` is, and then nothing changes.
    [[nodiscard]] bool recolor(const TextFigure& figure, const FigureStyle& style);

    [[nodiscard]] const TextFigure& figure() const { return m_figure; }
    /// The width of the text in one line; nothing if it has line breaks of its own.
    [[nodiscard]] std::optional<qreal> oneLineWidth() const;
    /// Of all lines; one line at least.
    [[nodiscard]] qreal height() const;
    /// The rectangles of a piece, one for each line that it is on.
    [[nodiscard]] const std::vector<QRectF>& placesOf(std::size_t piece) const { return m_places[piece]; }
    /// The rectangles of the padding's chip; empty without padding.
    [[nodiscard]] const std::vector<QRectF>& paddingPlaces() const { return m_places.back(); }
    /// The piece under a point, or the nearest one in its line.
    [[nodiscard]] std::optional<std::size_t> pieceAt(QPointF point) const;

    /// Paints what lies in `visible` (in the layout's own coordinates; an empty one means everything).
    void paint(QPainter& painter, QPointF origin, const QRectF& visible = {}) const;

private:
    /// A token's characters in the text as laid out; `piece` is figure().pieces.size() for the padding's chip.
    struct Stretch {
        int start = 0;
        int end = 0;
        std::size_t piece = 0;
    };

    void compose();
    void appendPadding();
    void applyFormats();
    void makeLines();
    [[nodiscard]] bool isPadding(const Stretch& stretch) const { return stretch.piece == m_figure.pieces.size(); }
    [[nodiscard]] std::vector<QRectF> measure(const Stretch& stretch) const;
    [[nodiscard]] QColor chipColor(std::size_t piece) const;
    void paintStretch(QPainter& painter, const Stretch& stretch, const QRectF& rect) const;

    TextFigure m_figure;
    FigureStyle m_style;
    QString m_text;
    std::vector<Stretch> m_stretches;
    qreal m_width = 0;
    std::unique_ptr<QTextLayout> m_lines;
    std::vector<std::vector<QRectF>> m_places;  ///< by piece; the padding's chip last
};

}  // namespace attnscope::figures
