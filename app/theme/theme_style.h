#pragma once

#include <QProxyStyle>

namespace attnscope {

/// Fusion, but with check boxes and radio buttons that can be seen on a dark ground.
class ThemeStyle : public QProxyStyle {
public:
    ThemeStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
};

}  // namespace attnscope
