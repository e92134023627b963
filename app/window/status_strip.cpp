#include "window/status_strip.h"

#include "base/text.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QStatusBar>
#include <QToolButton>

#include <algorithm>
#include <chrono>

namespace attnscope {
namespace {

QString milliseconds(double time) {
    return QString::number(time, 'f', time < 10.0 ? 1 : 0) + StatusStrip::tr(" ms");
}

}  // namespace

StatusStrip::StatusStrip(Workspace& workspace, QStatusBar& bar)
    : QObject(&bar),
      m_workspace(workspace),
      m_computed(new QToolButton),
      m_sequence(new QLabel),
      m_verified(new QLabel),
      m_activity(new QLabel),
      m_progress(new QProgressBar),
      m_cancel(new QToolButton) {
    m_computed->setObjectName(QStringLiteral("computed"));
    m_computed->setAutoRaise(true);
    m_verified->setObjectName(QStringLiteral("verified"));
    m_sequence->setObjectName(QStringLiteral("sequence"));
    m_activity->setObjectName(QStringLiteral("activity"));
    m_progress->setObjectName(QStringLiteral("progress"));
    m_progress->setFixedSize(12 * Theme::unit, Theme::unit);
    m_progress->setTextVisible(false);
    m_cancel->setText(tr("Cancel"));
    m_cancel->setAutoRaise(true);
    m_cancel->setToolTip(tr("Stop what is going on"));
    bar.addWidget(m_computed);
    bar.addWidget(m_sequence);
    bar.addWidget(m_verified);
    bar.addPermanentWidget(m_activity);
    bar.addPermanentWidget(m_progress);
    bar.addPermanentWidget(m_cancel);
    bar.setSizeGripEnabled(false);

    m_patience.setSingleShot(true);
    m_patience.setInterval(std::chrono::milliseconds(150));
    connect(&m_patience, &QTimer::timeout, this, &StatusStrip::showBusy);
    connect(&workspace, &Workspace::activityChanged, this, &StatusStrip::showActivity);
    connect(&workspace, &Workspace::recordsChanged, this, &StatusStrip::showRecord);
    connect(&workspace, &Workspace::siteChanged, this, &StatusStrip::showRecord);
    connect(&workspace, &Workspace::verificationChanged, this, &StatusStrip::showVerification);
    connect(m_computed, &QToolButton::clicked, this, &StatusStrip::profileWanted);
    connect(m_cancel, &QToolButton::clicked, &workspace, &Workspace::cancel);
    showRecord();
    showVerification();
    showActivity();
}

void StatusStrip::showVerification() {
    const auto& verification = m_workspace.verification();
    const bool known = verification && *verification;
    m_verified->setVisible(known);
    if (!known) return;
    const QString difference = QString::fromStdString(floatText(static_cast<float>((*verification)->difference)));
    m_verified->setText((*verification)->beyond == 0 ? tr("largest difference from the CPU %1").arg(difference)
                                                     : tr("DIFFERS from the CPU by up to %1").arg(difference));
    m_verified->setToolTip(QString::fromStdString(verificationText(**verification)));
}

void StatusStrip::showRecord() {
    const RecordPtr& record = m_workspace.whatIfRecord();
    m_computed->setVisible(record != nullptr);
    m_sequence->setVisible(record != nullptr);
    if (!record) return;
    const std::size_t operations = record->evaluatedOperations;
    m_computed->setText(tr("%1 · %2 · %3 evaluated")
                            .arg(QString::fromStdString(record->device).toUpper(), milliseconds(record->milliseconds),
                                 operations == 1 ? tr("1 operation") : tr("%1 operations").arg(operations)));
    m_computed->setToolTip(tr("%1\nClick to see the time per operation")
                               .arg(QString::fromStdString(m_workspace.deviceState().opened.description)));
    const SiteRecord* site = record->findSite(m_workspace.site());
    const Sequence* sequence = site != nullptr ? record->sequenceFor(*site) : nullptr;
    if (sequence == nullptr && !record->inputs.empty()) sequence = &record->inputs.front();
    if (sequence == nullptr) return;
    QString text = tr("T = %1").arg(sequence->timesteps());
    const auto padding = std::ranges::count(sequence->tokens, TokenState::Padding, &Token::state);
    if (padding > 0) text += tr(", %1 padding").arg(padding);
    if (!sequence->unseen.empty()) text += tr(", %1 not seen").arg(sequence->unseen.size());
    m_sequence->setText(text);
}

void StatusStrip::showActivity() {
    const Activity activity = m_workspace.activity();
    if (activity.what.isEmpty()) {
        m_patience.stop();
        m_activity->hide();
        m_progress->hide();
        m_cancel->hide();
    } else if (m_cancel->isVisible()) {
        showBusy();
    } else if (!m_patience.isActive()) {
        m_patience.start();
    }
}

void StatusStrip::showBusy() {
    const Activity activity = m_workspace.activity();
    if (activity.what.isEmpty()) return;
    m_activity->setText(activity.total == 0 ? activity.what
                                            : tr("%1: %2 of %3 %4")
                                                  .arg(activity.what)
                                                  .arg(activity.done)
                                                  .arg(activity.total)
                                                  .arg(activity.unit)
                                                  .trimmed());
    m_progress->setRange(0, static_cast<int>(activity.total));
    m_progress->setValue(static_cast<int>(activity.done));
    m_activity->show();
    m_progress->show();
    m_cancel->show();
}

}  // namespace attnscope
