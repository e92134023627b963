#include "panels/formula_editor.h"
#include "panels/formula_menu.h"
#include "panels/inspector_panel.h"
#include "panels/keep_dialog.h"
#include "panels/layers_panel.h"
#include "panels/message_banner.h"
#include "panels/playground_dialog.h"
#include "window/file_dialogs.h"
#include "window/main_window.h"

#include <QDesktopServices>
#include <QMenu>
#include <QUrl>

#include <algorithm>

// What the window does about formulas and new layers.

namespace attnscope {

void MainWindow::connectFormulas() {
    connect(m_layers, &LayersPanel::layerChosen, m_inspector, &InspectorPanel::showLayer);
    connect(m_layers, &LayersPanel::formulaRequested, this, &MainWindow::editFormula);
    connect(m_inspector, &InspectorPanel::formulaRequested, this, &MainWindow::editFormula);
    connect(m_inspector, &InspectorPanel::valueChosen, this, [this](const QString& name) {
        const SiteRecord* site = m_workspace.viewState().whatIfSite();
        const RecordedValue* value = site != nullptr ? site->find(name.toStdString()) : nullptr;
        for (View* view : m_views) view->markValue(value != nullptr ? value->graphName : std::string());
    });
    connect(m_editor, &FormulaEditor::keepRequested, this, &MainWindow::keepFormula);
    connect(m_editor, &FormulaEditor::closed, this, [this] {
        m_editor->hide();
        showFormulaActions();
        if (View* view = currentView()) view->setFocus();
    });
    connect(m_formulas, &QMenu::aboutToShow, this, [this] {
        m_formulas->clear();
        fillFormulaMenu(*m_formulas, m_workspace, siteLayer());
    });
    connect(&m_workspace, &Workspace::formulaKept, this, [this](const QString& name) {
        m_banner->showNotice(tr("Kept as %1; it is offered for every model").arg(name));
    });
    connect(&m_workspace, &Workspace::formulaFileProblem, this, [this](const Error& error) {
        m_banner->showNotice(tr("A formula of your own is not used: %1").arg(QString::fromStdString(error.text())));
    });
    connect(&m_workspace, &Workspace::modelChanged, this, [this] {
        if (!m_editor->layer().empty() && m_workspace.layer(m_editor->layer()) == nullptr) m_editor->close();
        showFormulaActions();
        const bool wanted = std::exchange(m_newLayerWanted, false);
        if (wanted && m_workspace.opened().isSequence) askForNewLayer();
    });
    const auto on = [this](QAction* action, auto slot) { connect(action, &QAction::triggered, this, slot); };
    on(m_actions.editFormula, [this] { editFormula(QString::fromStdString(siteLayer())); });
    on(m_actions.keepFormula, &MainWindow::keepFormula);
    on(m_actions.revertFormula, [this] { m_workspace.revertFormula(siteLayer()); });
    on(m_actions.showFormulas,
       [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(m_workspace.formulaFolder()))); });
    on(m_actions.newLayer, &MainWindow::askForNewLayer);
    on(m_actions.removeLayer, [this] { m_workspace.removeLayer(siteLayer()); });
    showFormulaActions();
}

/// The layer of the site on show; empty for none.
std::string MainWindow::siteLayer() const {
    const SiteRecord* site = m_workspace.viewState().modelSite();
    return site != nullptr ? site->layer : std::string();
}

void MainWindow::showFormulaActions() {
    const std::string layer = siteLayer();
    const bool hasFormula = !layer.empty() && m_workspace.formulaOf(layer) != nullptr;
    const LayerSummary* summary = layer.empty() ? nullptr : m_workspace.layer(layer);
    m_actions.editFormula->setEnabled(hasFormula);
    m_formulas->setEnabled(hasFormula);
    m_actions.keepFormula->setEnabled(hasFormula || !m_editor->layer().empty());
    m_actions.revertFormula->setEnabled(m_workspace.formulaEdits().contains(layer));
    m_actions.removeLayer->setEnabled(summary != nullptr && summary->added);
}

void MainWindow::editFormula(const QString& layer) {
    if (layer.isEmpty()) return;
    m_editor->show();
    m_editor->edit(layer.toStdString());
    showFormulaActions();
}

/// Keeps what is being written, else what the site is read by now.
void MainWindow::keepFormula() {
    std::string source;
    if (!m_editor->layer().empty()) {
        if (!m_editor->isValid()) return;
        source = m_editor->source();
    } else if (const SiteRecord* site = m_workspace.viewState().whatIfSite()) {
        if (const Formula* formula = m_workspace.formulaOf(*site)) source = formula->source();
    }
    if (source.empty()) return;
    auto* dialog = new KeepDialog(m_workspace, std::move(source), this);
    dialog->open();
}

/// Without a model a numeric sequence stands in for one: the first of the list, or one that is asked for.
void MainWindow::askForNewLayer() {
    if (m_workspace.hasModel()) {
        auto* dialog = new PlaygroundDialog(m_workspace, this);
        dialog->open();
        return;
    }
    const auto open = [this](const std::string& path) {
        m_newLayerWanted = true;
        m_workspace.openModel(path);
    };
    const auto isMatrix = [](const ListedSource& listed) {
        return listed.source.kind == InputSource::Kind::MatrixFile;
    };
    const auto listed = std::ranges::find_if(m_workspace.list(), isMatrix);
    if (listed != m_workspace.list().end()) return open(listed->source.content);
    askForFiles(this, tr("Open a numeric sequence"), numbersFilter(), false,
                [open](const QStringList& files) { open(files.first().toStdString()); });
}

}  // namespace attnscope
