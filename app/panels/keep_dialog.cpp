#include "panels/keep_dialog.h"

#include "panels/panel_parts.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace attnscope {

KeepDialog::KeepDialog(Workspace& workspace, std::string source, QWidget* parent)
    : QDialog(parent), m_workspace(workspace), m_source(std::move(source)), m_name(new QLineEdit), m_note(new QLabel) {
    setWindowTitle(tr("Keep formula"));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(48 * Theme::unit);
    m_name->setObjectName(QStringLiteral("formulaName"));
    m_name->setAccessibleName(tr("Name of the formula"));
    m_note->setObjectName(QStringLiteral("keepNote"));
    m_note->setTextFormat(Qt::PlainText);
    wrapText(*m_note);
    m_note->setMinimumHeight(5 * Theme::unit);
    m_note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    m_keep = buttons->addButton(tr("Keep"), QDialogButtonBox::AcceptRole);
    m_keep->setObjectName(QStringLiteral("keep"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(Theme::unit);
    layout->addWidget(new QLabel(tr("Name:")));
    layout->addWidget(m_name);
    layout->addWidget(m_note);
    layout->addStretch(1);
    layout->addWidget(buttons);
    connect(m_name, &QLineEdit::textChanged, this, &KeepDialog::readName);
    connect(buttons, &QDialogButtonBox::accepted, this, &KeepDialog::keep);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    readName();
}

void KeepDialog::readName() {
    const std::string name = m_name->text().toStdString();
    const Status usable = checkFormulaName(name);
    const QDir folder(QString::fromStdString(m_workspace.formulaFolder()));
    const QString file = m_name->text() + QStringLiteral(".formula");
    m_replaces = usable && folder.exists(file);
    m_keep->setEnabled(usable.has_value());
    m_keep->setText(m_replaces ? tr("Replace") : tr("Keep"));
    if (name.empty())
        m_note->setText(tr("It becomes a file in %1 and is offered for every model.").arg(folder.path()));
    else if (!usable)
        m_note->setText(QString::fromStdString(usable.error().text()));
    else if (m_replaces)
        m_note->setText(tr("You have a formula of this name already; it would be replaced."));
    else if (m_workspace.catalogue().find(name) != nullptr)
        m_note->setText(tr("attnscope comes with a formula of this name; yours would take its place."));
    else
        m_note->setText(folder.filePath(file));
}

void KeepDialog::keep() {
    m_workspace.keepFormula(m_name->text().toStdString(), m_source, m_replaces);
    accept();
}

}  // namespace attnscope
