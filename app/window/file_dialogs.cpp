#include "window/file_dialogs.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

namespace attnscope {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("attnscope::FileDialogs", text);
}

QFileDialog* makeDialog(QWidget* parent, const QString& title, const QString& filter) {
    auto* dialog = new QFileDialog(parent, title, {}, filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    return dialog;
}

}  // namespace

QString modelFilter() {
    return tr("Models (*.h5 *.hdf5 *.keras *.npz *.weights.json);;All files (*)");
}

QString sequencesFilter() {
    return tr(
        "Texts and numeric sequences (*.txt *.csv *.tsv *.jsonl *.npy);;Texts (*.txt *.csv *.tsv *.jsonl);;"
        "Numeric sequences (*.npy *.csv *.tsv);;All files (*)");
}

QString numbersFilter() {
    return tr("Numeric sequences (*.npy *.csv *.tsv);;All files (*)");
}

QString tokenizerFilter() {
    return tr("Tokenizers and vocabularies (*.json *.txt);;All files (*)");
}

void askForFiles(QWidget* parent, const QString& title, const QString& filter, bool several,
                 const std::function<void(const QStringList&)>& opened) {
    QFileDialog* dialog = makeDialog(parent, title, filter);
    dialog->setFileMode(several ? QFileDialog::ExistingFiles : QFileDialog::ExistingFile);
    QObject::connect(dialog, &QFileDialog::filesSelected, parent, opened);
    dialog->open();
}

void askForArchitecture(QWidget* parent, const QString& weights, const std::function<void(const QString&)>& chosen) {
    auto* box =
        new QMessageBox(QMessageBox::NoIcon, tr("Weights only"),
                        tr("%1 holds weights without the model they belong to.").arg(QFileInfo(weights).fileName()),
                        QMessageBox::Cancel, parent);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        tr("Choose the model's architecture: the JSON file that model.to_json() gives in Keras. Beside the weights and "
           "named like them it is found by itself."));
    QPushButton* choose = box->addButton(tr("Choose architecture…"), QMessageBox::AcceptRole);
    box->setDefaultButton(choose);
    QObject::connect(choose, &QPushButton::clicked, parent, [parent, weights, chosen] {
        QFileDialog* dialog =
            makeDialog(parent, tr("Open a model's architecture"), tr("Architectures (*.json);;All files (*)"));
        dialog->setFileMode(QFileDialog::ExistingFile);
        dialog->setDirectory(QFileInfo(weights).absolutePath());
        QObject::connect(dialog, &QFileDialog::fileSelected, parent, chosen);
        dialog->open();
    });
    box->open();
}

void askForTarget(QWidget* parent, const QString& title, const QString& suggestion,
                  const std::function<void(const QString&)>& chosen) {
    QFileDialog* dialog = makeDialog(parent, title,
                                     tr("Figure, PNG (*.png);;Figure, SVG (*.svg);;Figure, PDF (*.pdf);;Numbers, CSV "
                                        "(*.csv);;Numbers, NumPy (*.npy);;"
                                        "Everything, JSON (*.json)"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("png"));
    dialog->selectFile(suggestion);
    // The name follows the chosen kind, so that what is chosen is what is written.
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        const QString suffix = filter.mid(filter.indexOf(QLatin1String("*.")) + 2).chopped(1);
        dialog->setDefaultSuffix(suffix);
        if (dialog->selectedFiles().isEmpty()) return;
        const QFileInfo file(dialog->selectedFiles().first());
        dialog->selectFile(file.completeBaseName() + QLatin1Char('.') + suffix);
    });
    QObject::connect(dialog, &QFileDialog::fileSelected, parent, chosen);
    dialog->open();
}

}  // namespace attnscope
