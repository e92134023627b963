#pragma once

#include <QColor>
#include <QString>

#include <array>

namespace attnscope {

/// Colours and type of a figure. Lengths are in logical pixels, 96 to the inch.
struct FigureStyle {
    QColor background;
    QColor text;
    QColor secondaryText;  ///< subtitles, ticks, notes
    QColor line;           ///< frames and ticks
    QColor grid;           ///< lines behind the data
    QColor accent;
    std::array<QColor, 4> series;  ///< bars of a figure with several series; the second is the accent

    QString family;        ///< empty: the system's own
    QString numberFamily;  ///< of ticks and values: digits are all equally wide
    int titleSize = 15;
    int bodySize = 15;   ///< running text
    int labelSize = 12;  ///< subtitle, axis labels, tokens
    int tickSize = 11;   ///< numbers

    /// For paper and light windows.
    [[nodiscard]] static FigureStyle light();
    /// For dark windows and slides.
    [[nodiscard]] static FigureStyle dark();
};

}  // namespace attnscope
