#pragma once

#include <QString>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;
class QWidget;

namespace attnscope {

/// The layout of a panel: no margins, nothing between its parts.
QVBoxLayout* panelLayout(QWidget* panel);

/// A panel's title with a secondary text at its right.
QHBoxLayout* panelHeader(const QString& title, QLabel* secondary);

/// A title in small capitals' manner.
QLabel* titleLabel(const QString& title);

/// `number` as people read it: four significant digits unless said otherwise, a true minus sign.
QString numberText(double number, int significant = 4);

}  // namespace attnscope
