#pragma once

#include "figure/text_kit.h"

#include <string>
#include <vector>

namespace attnscope::figures {

/// The labels under the columns of a map or a bar chart: level where they fit, else slanted, else upright; thinned
/// where even that is too crowded.
struct ColumnLabels {
    enum class Turn { Level, Slanted, Upright };

    QFont font;
    bool numbered = false;
    Turn turn = Turn::Level;
    std::size_t every = 1;  ///< only every so many columns are labelled, from the first
    std::vector<QString> texts;
    qreal height = 0;
    qreal leftOverhang = 0;   ///< how far a label reaches beyond the left edge of the columns
    qreal rightOverhang = 0;  ///< … and beyond the right edge

    /// `origin` is the bottom left corner of the columns; columns in `muted` are set in the secondary colour.
    void paint(QPainter& painter, const FigureStyle& style, QPointF origin, qreal columnWidth,
               const std::vector<bool>& muted) const;
};

/// Lays out labels for `count` columns; numbered from 0 if `labels` is empty.
[[nodiscard]] ColumnLabels layoutColumnLabels(const FigureStyle& style, const std::vector<std::string>& labels,
                                              std::size_t count, qreal columnWidth);

/// The labels at the left of the rows of a map, thinned where crowded.
struct RowLabels {
    QFont font;
    bool numbered = false;
    std::size_t every = 1;
    std::vector<QString> texts;
    qreal width = 0;

    /// `origin` is the top left corner of the rows.
    void paint(QPainter& painter, const FigureStyle& style, QPointF origin, qreal rowHeight) const;
};

/// Lays out labels for `count` rows; numbered from 0 if `labels` is empty.
[[nodiscard]] RowLabels layoutRowLabels(const FigureStyle& style, const std::vector<std::string>& labels,
                                        std::size_t count, qreal rowHeight);

}  // namespace attnscope::figures
