#include "theme/theme.h"

#include "theme/theme_style.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontMetricsF>

#include <algorithm>

namespace attnscope {
namespace {

Theme makeLight() {
    Theme theme;
    theme.window = QColor(0xf4, 0xf4, 0xf5);
    theme.surface = QColor(0xff, 0xff, 0xff);
    theme.raised = QColor(0xfa, 0xfa, 0xfb);
    theme.border = QColor(0xdc, 0xdd, 0xe1);
    theme.text = QColor(0x1d, 0x1f, 0x23);
    theme.muted = QColor(0x5e, 0x63, 0x6b);
    theme.accent = QColor(0x1f, 0x6f, 0xd6);
    theme.accentSoft = QColor(0xdd, 0xea, 0xfb);
    theme.neutralBar = QColor(0xa4, 0xa9, 0xb2);
    theme.error = QColor(0xb4, 0x23, 0x2c);
    theme.warning = QColor(0x8a, 0x5a, 0x00);
    return theme;
}

Theme makeDark() {
    Theme theme;
    theme.dark = true;
    theme.window = QColor(0x1d, 0x1e, 0x21);
    theme.surface = QColor(0x25, 0x27, 0x2b);
    theme.raised = QColor(0x22, 0x24, 0x27);
    theme.border = QColor(0x3a, 0x3d, 0x43);
    theme.text = QColor(0xe7, 0xe8, 0xea);
    theme.muted = QColor(0xa6, 0xab, 0xb4);
    theme.accent = QColor(0x6c, 0xa8, 0xf8);
    theme.accentSoft = QColor(0x2b, 0x3c, 0x54);
    theme.neutralBar = QColor(0x74, 0x79, 0x83);
    theme.error = QColor(0xf0, 0x8a, 0x8a);
    theme.warning = QColor(0xe3, 0xb3, 0x5c);
    return theme;
}

/// Written with the names of the theme's colours between @ signs.
constexpr auto sheet = R"(
QToolBar { background: @raised@; border: 0; border-bottom: 1px solid @border@; padding: 4px 8px; spacing: 4px; }
QToolBar::separator { background: @border@; width: 1px; margin: 6px 8px; }
QToolBar QToolButton { padding: 5px 10px; border: 1px solid transparent; border-radius: 4px; }
QToolBar QToolButton:hover { background: @window@; border-color: @border@; }
QToolBar QToolButton:pressed, QToolBar QToolButton:checked { background: @accentSoft@; }
QToolBar QToolButton:focus { border-color: @accent@; }
QToolBar QToolButton:disabled { color: @muted@; }
QToolBar QToolButton[popupMode="2"] { padding-right: 24px; }
QToolBar QToolButton::menu-indicator { subcontrol-origin: padding; subcontrol-position: center right; right: 8px; }
QStatusBar { background: @raised@; border-top: 1px solid @border@; }
QStatusBar::item { border: 0; }
QStatusBar QLabel { color: @muted@; padding: 0 8px; }
QStatusBar QToolButton { color: @muted@; padding: 0 8px; border: 0; }
QStatusBar QToolButton:hover, QStatusBar QToolButton:focus { color: @accent@; }
QMenuBar { background: @raised@; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: @accentSoft@; color: @text@; }
QPushButton { background: @surface@; border: 1px solid @border@; border-radius: 4px; padding: 6px 16px; }
QPushButton:hover { border-color: @muted@; }
QPushButton:pressed { background: @accentSoft@; }
QPushButton:focus { border-color: @accent@; }
QPushButton:disabled { color: @muted@; }
QPushButton::menu-indicator { subcontrol-origin: padding; subcontrol-position: center right; right: 6px; }
QScrollBar { background: transparent; border: 0; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @border@; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @muted@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @border@; }
QTabBar { background: @raised@; }
QTabBar::tab { background: transparent; border: 0; border-bottom: 2px solid transparent; padding: 8px 16px; color: @muted@; }
QTabBar::tab:selected { color: @text@; border-bottom-color: @accent@; }
QTabBar::tab:hover:!selected { color: @text@; }
QTabBar::tab:focus { color: @accent@; }
QTabWidget::pane { border: 0; border-top: 1px solid @border@; }
QAbstractItemView { border: 0; background: @surface@; selection-background-color: @accentSoft@; selection-color: @text@; outline: 0; }
#times::item { padding: 3px 8px 3px 9px; border: 0; }
QTreeView::item:selected { background: @accentSoft@; border: 0; }
QHeaderView { background: @surface@; }
QHeaderView::section { background: @surface@; color: @muted@; border: 0; border-bottom: 1px solid @border@; padding: 4px 8px 4px 12px; }
QLineEdit { background: @surface@; border: 1px solid @border@; border-radius: 4px; padding: 4px 8px; }
QLineEdit:focus { border-color: @accent@; }
QLineEdit:disabled { color: @muted@; background: @window@; }
QScrollArea { border: 0; background: @raised@; }
QToolTip { background: @raised@; color: @text@; border: 1px solid @border@; padding: 4px; }
#inspectorContent { background: @raised@; }
#panelTitle { color: @muted@; font-weight: 600; }
#muted { color: @muted@; }
#siteName { font-size: 12pt; font-weight: 600; }
#formulaMessage[problem="true"] { color: @error@; }
#emptyTitle { font-size: 15pt; font-weight: 600; }
#code { background: @surface@; border: 1px solid @border@; border-radius: 4px; padding: 8px; }
#banner { background: @surface@; border: 0; border-bottom: 1px solid @border@; border-left: 4px solid @error@; }
#banner[kind="warning"] { border-left-color: @warning@; }
#banner[kind="notice"] { border-left-color: @accent@; }
#bannerAction { border: 1px solid @border@; border-radius: 4px; padding: 4px 8px; }
#bannerAction:hover, #bannerAction:focus { border-color: @accent@; }
#predictionBar { background: @raised@; border: 0; border-top: 1px solid @border@; }
)";

}  // namespace

const Theme& Theme::light() {
    static const Theme theme = makeLight();
    return theme;
}

const Theme& Theme::darkTheme() {
    static const Theme theme = makeDark();
    return theme;
}

const Theme& Theme::of(const QPalette& palette) {
    return systemIsDark(palette) ? darkTheme() : light();
}

QPalette Theme::palette() const {
    QPalette palette;
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, surface);
    palette.setColor(QPalette::AlternateBase, raised);
    palette.setColor(QPalette::ToolTipBase, raised);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::PlaceholderText, muted);
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::Button, raised);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, error);
    palette.setColor(QPalette::Link, accent);
    palette.setColor(QPalette::LinkVisited, accent);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, dark ? window : surface);
    palette.setColor(QPalette::Light, surface);
    palette.setColor(QPalette::Midlight, raised);
    palette.setColor(QPalette::Mid, border);
    palette.setColor(QPalette::Dark, neutralBar);
    palette.setColor(QPalette::Shadow, dark ? QColor(Qt::black) : neutralBar);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        palette.setColor(QPalette::Disabled, role, muted);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, border);
    return palette;
}

QString Theme::styleSheet() const {
    QString filled = QString::fromUtf8(sheet);
    const std::pair<const char*, QColor> colors[] = {
        {"@window@", window}, {"@surface@", surface}, {"@raised@", raised},
        {"@border@", border}, {"@text@", text},       {"@muted@", muted},
        {"@accent@", accent}, {"@error@", error},     {"@accentSoft@", accentSoft},
        {"@warning@", warning}};
    for (const auto& [name, color] : colors) filled.replace(QString::fromUtf8(name), color.name());
    return filled;
}

void applyTheme(QApplication& application, const Theme& theme) {
    QApplication::setStyle(new ThemeStyle);  // the application owns it
    QApplication::setPalette(theme.palette());
    application.setStyleSheet(theme.styleSheet());
}

void applyFont() {
    if (!QFontDatabase::hasFamily(QStringLiteral("Inter"))) return;
    QFont font = QApplication::font();
    font.setFamily(QStringLiteral("Inter"));
    QApplication::setFont(font);
}

bool systemIsDark(const QPalette& systemPalette) {
    return systemPalette.color(QPalette::Window).lightness() < systemPalette.color(QPalette::WindowText).lightness();
}

QFont tabularFont(const QFont& font) {
    const auto isTabular = [](const QFont& candidate) {
        const QFontMetricsF metrics(candidate);
        const qreal width = metrics.horizontalAdvance(QLatin1Char('0'));
        for (char digit = '1'; digit <= '9'; ++digit) {
            if (std::abs(metrics.horizontalAdvance(QLatin1Char(digit)) - width) > 0.01) return false;
        }
        return true;
    };
    if (isTabular(font)) return font;
    for (const char* family : {"Noto Sans", "Liberation Sans", "Arial", "DejaVu Sans"}) {
        if (!QFontDatabase::hasFamily(QString::fromUtf8(family))) continue;
        QFont candidate = font;
        candidate.setFamily(QString::fromUtf8(family));
        if (isTabular(candidate)) return candidate;
    }
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    fixed.setPointSizeF(font.pointSizeF());
    return fixed;
}

QFont captionFont(const QFont& font) {
    QFont caption = font;
    caption.setPointSizeF(std::max(7.0, font.pointSizeF() - 1.0));
    return caption;
}

}  // namespace attnscope
