#include "panels/text_delegate.h"

#include "panels/texts_model.h"
#include "theme/theme.h"

#include <QPainter>
#include <QSortFilterProxyModel>

#include <algorithm>

namespace attnscope {
namespace {

constexpr int rowHeight = 28;
constexpr int barWidth = 4 * Theme::unit;
constexpr int barHeight = 4;

/// The row in the unfiltered list, from 1.
int rowNumber(const QModelIndex& index) {
    const auto* proxy = qobject_cast<const QSortFilterProxyModel*>(index.model());
    return (proxy != nullptr ? proxy->mapToSource(index).row() : index.row()) + 1;
}

/// Paints number and bar at the right; gives back what is left for the text.
QRect paintPrediction(QPainter& painter, QRect area, const QModelIndex& index, const Theme& theme) {
    const QString problem = index.data(TextsModel::ProblemRole).toString();
    const QString text = problem.isEmpty() ? index.data(TextsModel::PredictionRole).toString() : QStringLiteral("!");
    if (text.isEmpty()) return area;
    const int width = std::max(painter.fontMetrics().horizontalAdvance(QStringLiteral("0.00")),
                               painter.fontMetrics().horizontalAdvance(text));
    painter.setPen(problem.isEmpty() ? theme.text : theme.error);
    painter.drawText(area, Qt::AlignRight | Qt::AlignVCenter, text);
    area.setRight(area.right() - width - Theme::unit);
    const QVariant fraction = index.data(TextsModel::FractionRole);
    if (!fraction.isValid()) return area;
    QRectF bar(area.right() - barWidth, area.center().y() - barHeight / 2 + 1, barWidth, barHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.border);
    painter.drawRoundedRect(bar, 2, 2);
    bar.setWidth(barWidth * std::clamp(fraction.toDouble(), 0.0, 1.0));
    painter.setBrush(theme.muted);
    painter.drawRoundedRect(bar, 2, 2);
    area.setRight(area.right() - barWidth - Theme::unit);
    return area;
}

}  // namespace

void TextDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const Theme& theme = Theme::of(option.palette);
    const QFont numbers = captionFont(tabularFont(option.font));
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if ((option.state & QStyle::State_Selected) != 0) {
        painter->fillRect(option.rect, theme.accentSoft);
        painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), theme.accent);
    } else if ((option.state & QStyle::State_MouseOver) != 0) {
        painter->fillRect(option.rect, theme.window);
    }

    QRect area = option.rect.adjusted(Theme::unit, 0, -12, 0);
    painter->setFont(numbers);
    area = paintPrediction(*painter, area, index, theme);
    const int numberWidth = painter->fontMetrics().horizontalAdvance(QStringLiteral("0000"));
    painter->setPen(theme.muted);
    painter->drawText(QRect(area.left(), area.top(), numberWidth, area.height()), Qt::AlignRight | Qt::AlignVCenter,
                      QString::number(rowNumber(index)));
    area.setLeft(area.left() + numberWidth + Theme::unit);

    const QString label = index.data(TextsModel::LabelRole).toString();
    if (!label.isEmpty()) {
        const QString shown = painter->fontMetrics().elidedText(label, Qt::ElideRight, area.width() / 4);
        painter->drawText(area, Qt::AlignRight | Qt::AlignVCenter, shown);
        area.setRight(area.right() - painter->fontMetrics().horizontalAdvance(shown) - Theme::unit);
    }

    QString text = index.data(Qt::DisplayRole).toString();
    QFont font = option.font;
    painter->setPen(theme.text);
    if (text.isEmpty()) {
        text = tr("(empty)");
        font.setItalic(true);
        painter->setPen(theme.muted);
    }
    painter->setFont(font);
    painter->drawText(area, Qt::AlignLeft | Qt::AlignVCenter,
                      painter->fontMetrics().elidedText(text, Qt::ElideRight, area.width()));
    painter->restore();
}

QSize TextDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {20 * Theme::unit, rowHeight};
}

}  // namespace attnscope
