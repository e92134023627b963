#pragma once

#include <QString>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;
class QWidget;

namespace attnscope {

/// The layout of a panel: no margins, nothing between its parts.
QVBoxLayout* panelLayout(QWidget* panel);

/// A panel's title (a titleLabel) with a secondary text at its right.
QHBoxLayout* panelHeader(QLabel* title, QLabel* secondary);

/// A title in small capitals' manner.
QLabel* titleLabel(const QString& title);

/// Wraps the label's text; a word that is longer than the room there is (a path, a layer's name) does not widen the
/// window.
void wrapText(QLabel& label);

/// `number` as people read it: four significant digits unless said otherwise, a true minus sign.
QString numberText(double number, int significant = 4);

}  // namespace attnscope
