#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QString>

class QApplication;

namespace attnscope {

/// The colours and distances that all widgets share: neutral greys and one accent, because data carries the colour.
struct Theme {
    bool dark = false;
    QColor window;   ///< behind everything
    QColor surface;  ///< lists, canvases
    QColor raised;   ///< tool bars, headers
    QColor border;   ///< hairlines
    QColor text;
    QColor muted;       ///< secondary text; still 4.5:1 on window and surface
    QColor accent;      ///< what is chosen, what is edited
    QColor accentSoft;  ///< background of what is chosen
    QColor neutralBar;  ///< bars of the model's own numbers
    QColor error;
    QColor warning;

    /// The grid that everything is laid out on, in pixels.
    static constexpr int unit = 8;

    static const Theme& light();
    static const Theme& darkTheme();
    /// The theme that goes with a widget's palette.
    static const Theme& of(const QPalette& palette);

    [[nodiscard]] QPalette palette() const;
    [[nodiscard]] QString styleSheet() const;
};

/// Gives the application Fusion, this theme's palette and its style sheet.
void applyTheme(QApplication& application, const Theme& theme);

/// Sets all type in Inter, where it is installed. Must come before the first widget: with a style sheet, Qt 6.4 forgets a
/// font that is set later.
void applyFont();

/// Whether the desktop asks for dark windows: judged by the palette it gave at start.
[[nodiscard]] bool systemIsDark(const QPalette& systemPalette);

/// `font`, or an installed family whose figures are all equally wide, so that numbers stand under each other.
[[nodiscard]] QFont tabularFont(const QFont& font);

/// `font` a little smaller, for captions.
[[nodiscard]] QFont captionFont(const QFont& font);

}  // namespace attnscope
