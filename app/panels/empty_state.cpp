#include "panels/empty_state.h"

#include "panels/panel_parts.h"
#include "theme/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace attnscope {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent), m_title(new QLabel(this)), m_text(new QLabel(this)), m_buttons(new QHBoxLayout) {
    m_title->setObjectName(QStringLiteral("emptyTitle"));
    m_text->setObjectName(QStringLiteral("muted"));
    for (QLabel* label : {m_title, m_text}) {
        label->setAlignment(Qt::AlignCenter);
        wrapText(*label);
        label->setTextFormat(Qt::PlainText);  // messages hold names from files
    }
    m_text->setMinimumHeight(6 * Theme::unit);
    m_buttons->setSpacing(Theme::unit);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6 * Theme::unit, 4 * Theme::unit, 6 * Theme::unit, 4 * Theme::unit);
    layout->setSpacing(Theme::unit);
    layout->addStretch(2);
    layout->addWidget(m_title);
    layout->addWidget(m_text);
    layout->addLayout(m_buttons);
    layout->addStretch(3);
}

QString EmptyState::title() const {
    return m_title->text();
}

void EmptyState::setMessage(const QString& title, const QString& text, const QList<QAction*>& actions) {
    m_title->setText(title);
    m_text->setText(text);
    m_text->setToolTip(QStringLiteral("<p>%1</p>").arg(text.toHtmlEscaped()));
    while (QLayoutItem* item = m_buttons->takeAt(0)) {
        if (QWidget* button = item->widget()) button->deleteLater();
        delete item;
    }
    m_buttons->addStretch(1);
    for (QAction* action : actions) {
        auto* button = new QPushButton(action->text(), this);
        button->setToolTip(action->toolTip());
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        m_buttons->addWidget(button);
    }
    m_buttons->addStretch(1);
}

}  // namespace attnscope
