#include "theme/theme_style.h"

#include "theme/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <QStyleOption>

namespace attnscope {
namespace {

void drawCheckMark(QPainter& painter, const QRectF& box, const QColor& color) {
    QPainterPath mark(QPointF(box.left() + 0.24 * box.width(), box.top() + 0.52 * box.height()));
    mark.lineTo(box.left() + 0.43 * box.width(), box.top() + 0.71 * box.height());
    mark.lineTo(box.left() + 0.77 * box.width(), box.top() + 0.31 * box.height());
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(color, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(mark);
}

}  // namespace

void ThemeStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                               const QWidget* widget) const {
    if (element != PE_IndicatorCheckBox && element != PE_IndicatorRadioButton) {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        return;
    }
    const Theme& theme = Theme::of(option->palette);
    const bool enabled = (option->state & State_Enabled) != 0;
    const bool on = (option->state & State_On) != 0;
    const bool focused = (option->state & State_HasFocus) != 0;
    const QRectF box = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(on || focused ? theme.accent : theme.muted);
    painter->setBrush(on && enabled ? theme.accent : theme.surface);
    if (element == PE_IndicatorCheckBox) {
        painter->drawRoundedRect(box, 3, 3);
        if (on) drawCheckMark(*painter, box, enabled ? theme.surface : theme.muted);
    } else {
        painter->drawEllipse(box);
        painter->setPen(Qt::NoPen);
        painter->setBrush(enabled ? theme.surface : theme.muted);
        if (on) painter->drawEllipse(box.center(), box.width() * 0.22, box.height() * 0.22);
    }
    painter->restore();
}

}  // namespace attnscope
