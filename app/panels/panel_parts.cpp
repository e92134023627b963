#include "panels/panel_parts.h"

#include "theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <cmath>

namespace attnscope {

QVBoxLayout* panelLayout(QWidget* panel) {
    panel->setAttribute(Qt::WA_StyledBackground);
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    return layout;
}

QHBoxLayout* panelHeader(QLabel* title, QLabel* secondary) {
    auto* header = new QHBoxLayout;
    header->setContentsMargins(12, Theme::unit, 12, Theme::unit);
    header->setSpacing(Theme::unit);
    header->addWidget(title);
    header->addStretch(1);
    secondary->setFont(captionFont(secondary->font()));
    header->addWidget(secondary);
    return header;
}

QLabel* titleLabel(const QString& title) {
    auto* label = new QLabel(title);
    label->setObjectName(QStringLiteral("panelTitle"));
    QFont font = captionFont(label->font());
    font.setLetterSpacing(QFont::AbsoluteSpacing, 0.6);
    label->setFont(font);
    return label;
}

void wrapText(QLabel& label) {
    label.setWordWrap(true);
    label.setMinimumWidth(10 * Theme::unit);  // instead of the longest word's width
}

QString numberText(double number, int significant) {
    if (std::isnan(number)) return QStringLiteral("NaN");
    if (std::isinf(number)) return number > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    QString text = QString::number(number, 'g', significant);
    return text.replace(QLatin1Char('-'), QChar(0x2212));
}

}  // namespace attnscope
