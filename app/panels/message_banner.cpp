#include "panels/message_banner.h"

#include "panels/panel_parts.h"
#include "theme/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

namespace attnscope {

MessageBanner::MessageBanner(QWidget* parent)
    : QFrame(parent), m_row(new QHBoxLayout(this)), m_text(new QLabel(this)), m_close(new QToolButton(this)) {
    setObjectName(QStringLiteral("banner"));
    wrapText(*m_text);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_close->setText(QStringLiteral("✕"));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Close this message"));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setObjectName(QStringLiteral("bannerClose"));
    m_row->setContentsMargins(12, Theme::unit, Theme::unit, Theme::unit);
    m_row->addWidget(m_text, 1);
    m_row->addWidget(m_close, 0, Qt::AlignTop);
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    hide();
}

QString MessageBanner::text() const {
    return m_text->text();
}

void MessageBanner::showText(const QString& text, Kind kind, const QList<QAction*>& actions) {
    m_kind = kind;
    for (QToolButton* button : m_actions) button->deleteLater();
    m_actions.clear();
    for (QAction* action : actions) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setObjectName(QStringLiteral("bannerAction"));
        m_row->insertWidget(m_row->count() - 1, button, 0, Qt::AlignTop);
        m_actions << button;
    }
    m_text->setText(text);
    m_text->setToolTip(QStringLiteral("<p>%1</p>").arg(text.toHtmlEscaped()));
    setAccessibleName(text);
    setProperty("kind", kind == Kind::Error ? "error" : kind == Kind::Warning ? "warning" : "notice");
    style()->unpolish(this);
    style()->polish(this);
    show();
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

}  // namespace attnscope
