#include "window/profile_dialog.h"

#include "eval/profile.h"
#include "panels/panel_parts.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace attnscope {
namespace {

QString microseconds(double time) {
    return QString::number(time, 'f', 1);
}

}  // namespace

ProfileDialog::ProfileDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent),
      m_workspace(workspace),
      m_headline(new QLabel),
      m_explanation(new QLabel),
      m_times(new QTreeWidget),
      m_again(new QPushButton(tr("&Take again"))) {
    setObjectName(QStringLiteral("profileDialog"));
    setWindowTitle(tr("Time per operation"));
    m_headline->setObjectName(QStringLiteral("siteName"));
    m_explanation->setObjectName(QStringLiteral("muted"));
    for (QLabel* label : {m_headline, m_explanation}) {
        label->setTextFormat(Qt::PlainText);
        wrapText(*label);
    }
    m_times->setObjectName(QStringLiteral("times"));
    m_times->setAccessibleName(tr("Time per operation"));
    m_times->setHeaderLabels({tr("Operation"), tr("Runs"), tr("Time, µs"), tr("Share")});
    m_times->setRootIsDecorated(false);
    m_times->header()->setStretchLastSection(false);
    m_times->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int column = 1; column < 4; ++column) {
        m_times->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
        m_times->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
    auto* close = new QPushButton(tr("&Close"));
    close->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_again);
    buttons->addStretch(1);
    buttons->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(3 * Theme::unit, 3 * Theme::unit, 3 * Theme::unit, 2 * Theme::unit);
    layout->setSpacing(Theme::unit);
    layout->addWidget(m_headline);
    layout->addWidget(m_explanation);
    layout->addWidget(m_times, 1);
    layout->addLayout(buttons);
    resize(60 * Theme::unit, 50 * Theme::unit);
    connect(m_again, &QPushButton::clicked, this, &ProfileDialog::start);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    connect(&workspace, &Workspace::profileChanged, this, &ProfileDialog::showState);
    connect(&workspace, &Workspace::activityChanged, this, [this] {
        if (m_busy != m_workspace.isProfiling()) showState();
    });
}

void ProfileDialog::start() {
    m_workspace.takeProfile();
    show();
    raise();
}

void ProfileDialog::showState() {
    const bool busy = m_workspace.isProfiling();
    m_busy = busy;
    m_again->setEnabled(!busy);
    m_times->clear();
    const auto& profile = m_workspace.profile();
    if (busy || !profile) {
        m_headline->setText(busy ? tr("Taking times…") : tr("Stopped"));
        m_explanation->setText(tr("Everything on show is evaluated once more from the start."));
        return;
    }
    if (!*profile) {
        m_headline->setText(tr("No times could be taken"));
        m_explanation->setText(QString::fromStdString(profile->error().text()));
        return;
    }
    const Profiled& profiled = **profile;
    double all = 0.0;
    for (const StepTime& step : profiled.profile) all += step.microseconds;
    m_headline->setText(tr("%1 µs in %2 operations").arg(microseconds(all)).arg(profiled.profile.size()));
    m_explanation->setText(
        tr("%1, one evaluation from the start; %2 ms until the numbers were here.")
            .arg(QString::fromStdString(profiled.device).toUpper(), QString::number(profiled.milliseconds, 'f', 1)));
    for (const OperationTime& time : timePerOperation(profiled.profile)) {
        const double share = all > 0.0 ? 100.0 * time.microseconds / all : 0.0;
        auto* row = new QTreeWidgetItem(
            m_times, {QString::fromStdString(time.operation), QString::number(time.count),
                      microseconds(time.microseconds), tr("%1 %").arg(QString::number(share, 'f', 1))});
        for (int column = 1; column < 4; ++column) {
            row->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
            row->setFont(column, tabularFont(font()));
        }
    }
}

}  // namespace attnscope
