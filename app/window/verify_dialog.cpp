#include "window/verify_dialog.h"

#include "base/text.h"
#include "eval/verify.h"
#include "panels/panel_parts.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace attnscope {
namespace {

QString exact(double number) {
    return QString::fromStdString(floatText(static_cast<float>(number))).replace(QLatin1Char('-'), QChar(0x2212));
}

QString indexText(const Verification& verification) {
    QStringList index;
    for (const std::int64_t place : verification.index) index << QString::number(place);
    return index.join(QStringLiteral(", "));
}

}  // namespace

VerifyDialog::VerifyDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent),
      m_workspace(workspace),
      m_headline(new QLabel),
      m_explanation(new QLabel),
      m_progress(new QProgressBar),
      m_result(new QWidget),
      m_rows(new QFormLayout(m_result)),
      m_again(new QPushButton(tr("&Verify again"))),
      m_stop(new QPushButton(tr("&Stop"))) {
    setObjectName(QStringLiteral("verifyDialog"));
    setWindowTitle(tr("Verify"));
    m_headline->setObjectName(QStringLiteral("siteName"));
    m_explanation->setObjectName(QStringLiteral("muted"));
    for (QLabel* label : {m_headline, m_explanation}) {
        label->setTextFormat(Qt::PlainText);
        wrapText(*label);
    }
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(Theme::unit);
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setHorizontalSpacing(3 * Theme::unit);
    m_rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    auto* close = new QPushButton(tr("&Close"));
    close->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_again);
    buttons->addStretch(1);
    buttons->addWidget(m_stop);
    buttons->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(3 * Theme::unit, 3 * Theme::unit, 3 * Theme::unit, 2 * Theme::unit);
    layout->setSpacing(Theme::unit);
    layout->addWidget(m_headline);
    layout->addWidget(m_explanation);
    layout->addWidget(m_progress);
    layout->addSpacing(Theme::unit);
    layout->addWidget(m_result);
    layout->addStretch(1);
    layout->addLayout(buttons);
    setMinimumSize(56 * Theme::unit, 32 * Theme::unit);
    connect(m_again, &QPushButton::clicked, this, &VerifyDialog::start);
    connect(m_stop, &QPushButton::clicked, &workspace, &Workspace::cancelVerification);
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    connect(&workspace, &Workspace::verificationChanged, this, &VerifyDialog::showState);
    connect(&workspace, &Workspace::activityChanged, this, [this] {
        if (m_busy != m_workspace.isVerifying()) showState();
    });
    connect(&workspace, &Workspace::deviceChanged, this, &VerifyDialog::showState);
}

void VerifyDialog::start() {
    m_workspace.verify();
    show();
    raise();
}

/// Nobody waits for the result any more.
void VerifyDialog::hideEvent(QHideEvent* event) {
    if (m_workspace.isVerifying()) m_workspace.cancelVerification();
    QDialog::hideEvent(event);
}

void VerifyDialog::showState() {
    const bool busy = m_workspace.isVerifying();
    m_busy = busy;
    m_progress->setVisible(busy);
    m_stop->setVisible(busy);
    m_again->setEnabled(!busy && m_workspace.canVerify());
    const auto& verification = m_workspace.verification();
    m_result->setVisible(!busy && verification && *verification);
    const QString device = QString::fromStdString(m_workspace.deviceState().opened.name);
    if (busy) {
        m_headline->setText(tr("Verifying…"));
        m_explanation->setText(tr("Every value is evaluated on %1 and on the CPU.").arg(device));
    } else if (!verification) {
        m_headline->setText(tr("Not verified"));
        m_explanation->setText(tr("What is on show was not compared, or has changed since."));
    } else if (!*verification) {
        m_headline->setText(tr("This could not be verified"));
        m_explanation->setText(QString::fromStdString(verification->error().text()));
    } else {
        showResult(**verification);
    }
}

void VerifyDialog::showResult(const Verification& verification) {
    const QString device = QString::fromStdString(verification.other);
    m_headline->setText(verification.beyond == 0 ? tr("%1 and the CPU agree").arg(device)
                                                 : tr("%1 and the CPU differ").arg(device));
    m_explanation->setText(verification.beyond == 0
                               ? tr("%1 values, %2 numbers: all within 1e−5 + 1e−4 relative.")
                                     .arg(verification.values)
                                     .arg(verification.elements)
                               : tr("%1 of %2 numbers in %3 values differ by more than 1e−5 + 1e−4 relative.")
                                     .arg(verification.beyond)
                                     .arg(verification.elements)
                                     .arg(verification.values));
    while (m_rows->rowCount() > 0) m_rows->removeRow(0);
    addRow(tr("Largest difference"), exact(verification.difference));
    addRow(tr("Value"), QString::fromStdString(verification.value));
    addRow(tr("Index, batch first"), indexText(verification));
    addRow(tr("CPU"), exact(static_cast<double>(verification.expected)));
    addRow(device, exact(static_cast<double>(verification.found)));
}

void VerifyDialog::addRow(const QString& name, const QString& content) {
    auto* label = new QLabel(name);
    label->setObjectName(QStringLiteral("muted"));
    auto* text = new QLabel(content);
    text->setTextFormat(Qt::PlainText);
    wrapText(*text);
    text->setFont(tabularFont(font()));
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_rows->addRow(label, text);
}

}  // namespace attnscope
