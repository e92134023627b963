#include "panels/empty_state.h"
#include "panels/formula_editor.h"
#include "panels/inspector_panel.h"
#include "panels/layers_panel.h"
#include "panels/message_banner.h"
#include "panels/prediction_bar.h"
#include "panels/texts_panel.h"
#include "theme/theme.h"
#include "window/device_menu.h"
#include "window/file_dialogs.h"
#include "window/main_window.h"
#include "window/profile_dialog.h"
#include "window/verify_dialog.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QMenu>
#include <QPointer>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

// How the window is put together.

namespace attnscope {

void MainWindow::buildToolBar() {
    QToolBar* bar = addToolBar(tr("Main"));
    bar->setObjectName(QStringLiteral("toolBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->addAction(m_actions.openModel);
    bar->addAction(m_actions.openTexts);
    bar->addSeparator();
    m_site->setObjectName(QStringLiteral("site"));
    m_site->setAccessibleName(tr("Attention site"));
    m_site->setToolTip(tr("The attention layer that is looked at"));
    m_site->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);  // names can be long
    m_site->setMinimumContentsLength(16);
    bar->addWidget(m_site);
    bar->addSeparator();
    m_whatIf->setObjectName(QStringLiteral("whatIf"));
    m_whatIf->setPopupMode(QToolButton::InstantPopup);
    auto* edits = new QMenu(m_whatIf);
    edits->addActions({m_actions.undo, m_actions.redo, m_actions.pinUniform, m_actions.reset});
    m_whatIf->setMenu(edits);
    bar->addWidget(m_whatIf);
    auto* reset = new QToolButton(bar);
    reset->setDefaultAction(m_actions.reset);
    reset->setText(QStringLiteral("↺"));
    connect(m_actions.reset, &QAction::changed, reset, [reset] { reset->setText(QStringLiteral("↺")); });
    reset->setAccessibleName(tr("Reset edits"));
    bar->addWidget(reset);
    bar->addSeparator();
    bar->addAction(m_actions.exportView);
    auto* space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    m_device->setObjectName(QStringLiteral("device"));
    m_device->setAccessibleName(tr("What computes"));
    m_device->setPopupMode(QToolButton::InstantPopup);
    m_device->setMenu(m_devices);
    bar->addWidget(m_device);
}

QList<QAction*> MainWindow::buildViews() {
    QList<QAction*> actions;
    m_tabs->setDocumentMode(true);
    m_tabs->setObjectName(QStringLiteral("views"));
    for (std::size_t place = 0; place < m_parts.views.size(); ++place) {
        const ViewRow& row = m_parts.views[place];
        View* view = row.make(m_tabs);
        const QKeySequence shortcut(QStringLiteral("Ctrl+%1").arg(place + 1));
        const int tab = m_tabs->addTab(view, QCoreApplication::translate("attnscope::ViewTable", row.title));
        m_tabs->setTabToolTip(tab, shortcut.toString(QKeySequence::NativeText));
        connect(view, &View::maskRequested, &m_workspace, &Workspace::maskTimesteps);
        connect(view, &View::elementPointedAt, m_inspector, &InspectorPanel::pointAt);
        connect(view, &View::elementChosen, m_inspector, &InspectorPanel::choose);
        connect(view, &View::numbersWanted, &m_workspace, &Workspace::readNumbers);
        connect(view, &View::pictureWanted, this, [this, view](const MapRequest& request) {
            m_workspace.paintMap(request, [shown = QPointer<View>(view)](const MapPicture& picture) {
                if (shown) shown->showPicture(picture);
            });
        });
        connect(view, &View::displayRequested, &m_workspace, &Workspace::setDisplay);
        auto* action = new QAction(m_tabs->tabText(tab), this);
        action->setShortcut(shortcut);
        addAction(action);
        connect(action, &QAction::triggered, m_tabs, [this, tab] {
            m_tabs->setCurrentIndex(tab);
            m_tabs->currentWidget()->setFocus(Qt::ShortcutFocusReason);
        });
        actions << action;
        m_views.push_back(view);
    }
    m_stale.assign(m_views.size(), true);
    connect(m_tabs, &QTabWidget::currentChanged, this, &MainWindow::refreshView);
    return actions;
}

void MainWindow::buildCenter() {
    m_center->addWidget(m_empty);
    m_center->addWidget(m_tabs);
    auto* middle = new QWidget;
    auto* middleLayout = new QVBoxLayout(middle);
    middleLayout->setContentsMargins(0, 0, 0, 0);
    middleLayout->setSpacing(0);
    m_middle->addWidget(m_center);
    m_middle->addWidget(m_editor);
    m_middle->setStretchFactor(0, 3);
    m_middle->setStretchFactor(1, 2);
    m_middle->setChildrenCollapsible(false);
    m_editor->hide();
    middleLayout->addWidget(m_middle, 1);
    middleLayout->addWidget(m_prediction);

    m_left->addWidget(m_layers);
    m_left->addWidget(m_texts);
    m_left->setStretchFactor(0, 2);
    m_left->setStretchFactor(1, 3);
    m_left->setChildrenCollapsible(false);
    m_columns->addWidget(m_left);
    m_columns->addWidget(middle);
    m_columns->addWidget(m_inspector);
    m_columns->setStretchFactor(1, 1);
    m_columns->setSizes({300, 680, 300});
    m_left->setMinimumWidth(32 * Theme::unit);
    m_inspector->setMinimumWidth(25 * Theme::unit);
    for (QSplitter* splitter : {m_left, m_columns, m_middle}) splitter->setHandleWidth(1);

    auto* central = new QWidget;
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_banner);
    layout->addWidget(m_columns, 1);
    setCentralWidget(central);
}

void MainWindow::connectWorkspace() {
    connect(&m_workspace, &Workspace::modelChanged, this, &MainWindow::showModel);
    connect(&m_workspace, &Workspace::recordsChanged, this, &MainWindow::showRecords);
    connect(&m_workspace, &Workspace::inputsChanged, this, &MainWindow::showInputs);
    connect(&m_workspace, &Workspace::siteChanged, this, [this] {
        showSites();
        showRecords();
    });
    connect(&m_workspace, &Workspace::displayChanged, this, &MainWindow::showRecords);
    connect(&m_workspace, &Workspace::editsChanged, this, &MainWindow::showEdits);
    connect(&m_workspace, &Workspace::problem, this, &MainWindow::showError);
    connect(&m_workspace, &Workspace::architectureWanted, this, [this](const QString& weights) {
        askForArchitecture(this, weights, [this, weights](const QString& architecture) {
            m_workspace.openModel(weights.toStdString(), architecture.toStdString());
        });
    });
    // What was opened well puts an older message away; a list of layers that is told anew does not.
    const auto hideMessage = [this] {
        if (!m_banner->isWarning()) m_banner->hide();
    };
    connect(&m_workspace, &Workspace::modelChanged, m_banner,
            [this, hideMessage, model = std::shared_ptr<const Model>(), tokenizer = TokenizerPtr()]() mutable {
                const OpenedModel& opened = m_workspace.opened();
                const bool isNew = opened.model != model || opened.tokenizer != tokenizer;
                model = opened.model;
                tokenizer = opened.tokenizer;
                if (isNew) hideMessage();
            });
    connect(&m_workspace, &Workspace::listChanged, m_banner, hideMessage);
    connect(&m_workspace, &Workspace::deviceChanged, this, &MainWindow::showDevice);
    connect(&m_workspace, &Workspace::numbersRead, this, &MainWindow::showRecords);
    connect(&m_workspace, &Workspace::exported, this,
            [this](const QString& path) { m_banner->showNotice(tr("Exported %1").arg(path)); });
    connect(m_site, &QComboBox::activated, this,
            [this](int site) { m_workspace.setSite(m_site->itemText(site).toStdString()); });
}

void MainWindow::connectActions() {
    const auto on = [this](QAction* action, auto slot) { connect(action, &QAction::triggered, this, slot); };
    on(m_actions.openModel, &MainWindow::askForModel);
    on(m_actions.openTexts, &MainWindow::askForTexts);
    on(m_actions.openTokenizer, &MainWindow::askForTokenizer);
    on(m_actions.exportView, &MainWindow::askForExport);
    on(m_actions.quit, &QWidget::close);
    on(m_actions.reset, [this] { m_workspace.resetEdits(); });
    on(m_actions.pinUniform, [this](bool pinned) { m_workspace.pinUniform(pinned); });
    on(m_actions.nextText, [this] { m_texts->step(1); });
    on(m_actions.previousText, [this] { m_texts->step(-1); });
    on(m_actions.nextSite, &MainWindow::nextSite);
    on(m_actions.typeText, [this] { m_texts->focusTyping(); });
    on(m_actions.filterTexts, [this] { m_texts->focusFilter(); });
    on(m_actions.cancel, [this] { m_workspace.cancel(); });
    on(m_actions.verify, [this] { m_verify->start(); });
    on(m_actions.profile, [this] { m_profile->start(); });
    on(m_actions.retryDevice, [this] { m_workspace.useDevice(m_workspace.deviceState().chosen); });
    on(m_actions.chooseDevice, [this] { m_device->showMenu(); });
    on(m_actions.systemTheme, [this] { setTheme(ThemeChoice::System); });
    on(m_actions.lightTheme, [this] { setTheme(ThemeChoice::Light); });
    on(m_actions.darkTheme, [this] { setTheme(ThemeChoice::Dark); });
    on(m_actions.about, &MainWindow::showAbout);
}

}  // namespace attnscope
