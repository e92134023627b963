#include "figure/figure_style.h"

#include <QFont>
#include <QFontDatabase>
#include <QFontMetricsF>

#include <cmath>

namespace attnscope {
namespace {

bool hasEqualDigits(const QString& family) {
    const QFontMetricsF metrics{QFont(family)};
    const qreal width = metrics.horizontalAdvance(u'0');
    for (char16_t digit = u'1'; digit <= u'9'; ++digit) {
        if (std::abs(metrics.horizontalAdvance(digit) - width) > 0.01) return false;
    }
    return true;
}

void chooseFamilies(FigureStyle& style) {
    const QString inter = QStringLiteral("Inter");
    if (QFontDatabase::hasFamily(inter)) style.family = inter;
    // Qt 6.4 cannot ask a font for its tabular figures.
    const QString own = style.family.isEmpty() ? QFont().family() : style.family;
    for (const QString& family : {own, QStringLiteral("Noto Sans"), QStringLiteral("Liberation Sans"),
                                  QStringLiteral("Arial"), QStringLiteral("DejaVu Sans")}) {
        if (!QFontDatabase::hasFamily(family) || !hasEqualDigits(family)) continue;
        style.numberFamily = family;
        return;
    }
    style.numberFamily = own;
}

}  // namespace

FigureStyle FigureStyle::light() {
    FigureStyle style;
    style.background = QColor(0xffffff);
    style.text = QColor(0x1d1f23);
    style.secondaryText = QColor(0x5f646d);
    style.line = QColor(0xb4b9c1);
    style.grid = QColor(0xe6e8eb);
    style.accent = QColor(0x1f6fd6);
    style.series = {QColor(0xa4a9b2), style.accent, QColor(0xc2571a), QColor(0x2a8f82)};
    chooseFamilies(style);
    return style;
}

FigureStyle FigureStyle::dark() {
    FigureStyle style;
    style.background = QColor(0x1d1e21);
    style.text = QColor(0xe7e8ea);
    style.secondaryText = QColor(0x9da2ab);
    style.line = QColor(0x565d68);
    style.grid = QColor(0x33363c);
    style.accent = QColor(0x6ca8f8);
    style.series = {QColor(0x747983), style.accent, QColor(0xe8915a), QColor(0x5cc2b4)};
    chooseFamilies(style);
    return style;
}

}  // namespace attnscope
