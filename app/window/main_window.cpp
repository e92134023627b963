#include "window/main_window.h"

#include "panels/empty_state.h"
#include "panels/formula_editor.h"
#include "panels/inspector_panel.h"
#include "panels/layers_panel.h"
#include "panels/message_banner.h"
#include "panels/prediction_bar.h"
#include "panels/texts_panel.h"
#include "theme/theme.h"
#include "window/device_menu.h"
#include "window/dropped.h"
#include "window/empty_message.h"
#include "window/file_dialogs.h"
#include "window/profile_dialog.h"
#include "window/recent_files.h"
#include "window/status_strip.h"
#include "window/verify_dialog.h"

#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QFileInfo>
#include <QKeyEvent>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>

namespace attnscope {
namespace {

std::string fileName(const std::string& path) {
    return QFileInfo(QString::fromStdString(path)).fileName().toStdString();
}

/// What makes token ids for the active input: where it comes from, and what it is.
QString tokenizerText(const Workspace& workspace) {
    const OpenedModel& opened = workspace.opened();
    const std::size_t active = workspace.activeInput();
    if (workspace.hasModel() && active < opened.model->inputs().size()) {
        const auto& text = opened.model->inputs()[active].text;
        if (text && text->tokenizer)
            return MainWindow::tr("In the model: %1").arg(QString::fromStdString(text->layer)) + QLatin1Char('\n') +
                   QString::fromStdString(text->tokenizer->description());
    }
    if (!opened.tokenizer) return MainWindow::tr("No tokenizer is open");
    return QString::fromStdString(opened.tokenizerPath + "\n" + opened.tokenizer->description());
}

}  // namespace

MainWindow::MainWindow(Workspace& workspace, WindowParts parts)
    : m_workspace(workspace),
      m_parts(std::move(parts)),
      m_systemIsDark(systemIsDark(QApplication::palette())),
      m_actions(workspace, *this),
      m_banner(new MessageBanner(this)),
      m_layers(new LayersPanel(workspace, this)),
      m_texts(new TextsPanel(workspace, this)),
      m_inspector(new InspectorPanel(workspace, this)),
      m_prediction(new PredictionBar(workspace, this)),
      m_empty(new EmptyState(this)),
      m_editor(new FormulaEditor(workspace, this)),
      m_formulas(new QMenu(tr("&Read by"), this)),
      m_center(new QStackedWidget(this)),
      m_tabs(new QTabWidget(this)),
      m_left(new QSplitter(Qt::Vertical, this)),
      m_columns(new QSplitter(Qt::Horizontal, this)),
      m_middle(new QSplitter(Qt::Vertical, this)),
      m_site(new QComboBox(this)),
      m_whatIf(new QToolButton(this)),
      m_device(new QToolButton(this)),
      m_devices(new DeviceMenu(workspace, m_parts.settings, this)),
      m_verify(new VerifyDialog(workspace, this)),
      m_profile(new ProfileDialog(workspace, this)) {
    setAcceptDrops(true);
    buildToolBar();
    auto* recent = new RecentFiles(m_parts.settings, this);
    m_actions.fillMenus(*this, *recent, *m_devices, *m_formulas, buildViews());
    buildCenter();
    auto* status = new StatusStrip(workspace, *statusBar());
    connect(status, &StatusStrip::profileWanted, m_profile, &ProfileDialog::start);
    connect(recent, &RecentFiles::chosen, this,
            [this](const QString& path) { m_workspace.openModel(path.toStdString()); });
    connect(&workspace, &Workspace::modelChanged, recent, [this, recent] {
        if (m_workspace.hasModel()) recent->add(QString::fromStdString(m_workspace.opened().path));
    });
    connectWorkspace();
    connectActions();
    connectFormulas();
    qApp->installEventFilter(this);
    resize(1280, 800);
    restore();
    showModel();
    showRecords();
    showEdits();
    showDevice();
    m_layers->view().setFocus();  // not the first button of the tool bar
}

void MainWindow::restore() {
    ThemeChoice theme = ThemeChoice::System;
    if (const QSettings* settings = m_parts.settings) {
        restoreGeometry(settings->value(QStringLiteral("window/geometry")).toByteArray());
        m_columns->restoreState(settings->value(QStringLiteral("window/columns")).toByteArray());
        m_left->restoreState(settings->value(QStringLiteral("window/left")).toByteArray());
        const QString view = settings->value(QStringLiteral("window/view")).toString();
        for (std::size_t place = 0; place < m_parts.views.size(); ++place) {
            if (view == QLatin1String(m_parts.views[place].id)) m_tabs->setCurrentIndex(static_cast<int>(place));
        }
        const int chosen = settings->value(QStringLiteral("window/theme"), 0).toInt();
        if (chosen == 1) theme = ThemeChoice::Light;
        if (chosen == 2) theme = ThemeChoice::Dark;
    }
    setTheme(theme);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (QSettings* settings = m_parts.settings) {
        settings->setValue(QStringLiteral("window/geometry"), saveGeometry());
        settings->setValue(QStringLiteral("window/columns"), m_columns->saveState());
        settings->setValue(QStringLiteral("window/left"), m_left->saveState());
        if (m_tabs->currentIndex() >= 0)
            settings->setValue(QStringLiteral("window/view"),
                               QLatin1String(m_parts.views[static_cast<std::size_t>(m_tabs->currentIndex())].id));
        const int theme = m_actions.lightTheme->isChecked() ? 1 : m_actions.darkTheme->isChecked() ? 2 : 0;
        settings->setValue(QStringLiteral("window/theme"), theme);
    }
    QMainWindow::closeEvent(event);
}

void MainWindow::setTheme(ThemeChoice choice) {
    const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && m_systemIsDark);
    (choice == ThemeChoice::System  ? m_actions.systemTheme
     : choice == ThemeChoice::Light ? m_actions.lightTheme
                                    : m_actions.darkTheme)
        ->setChecked(true);
    applyTheme(*qApp, dark ? Theme::darkTheme() : Theme::light());
    DisplayOptions display = m_workspace.display();
    display.dark = dark;
    m_workspace.setDisplay(display);
}

// A gesture begins when a button or a key goes down anywhere; the edits until the next one are one step of undo.
bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
    const bool down = event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonDblClick ||
                      (event->type() == QEvent::KeyPress && !static_cast<QKeyEvent*>(event)->isAutoRepeat());
    if (down) m_workspace.beginGesture();
    return QMainWindow::eventFilter(watched, event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (isWelcome(*event->mimeData())) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const Dropped dropped = readDropped(*event->mimeData());
    event->acceptProposedAction();
    if (!dropped.files.empty())
        m_workspace.openFiles(dropped.files);
    else if (!dropped.text.empty())
        m_workspace.typeText(dropped.text);
}

View* MainWindow::currentView() const {
    const int tab = m_tabs->currentIndex();
    return m_center->currentWidget() == m_tabs && tab >= 0 ? m_views[static_cast<std::size_t>(tab)] : nullptr;
}

void MainWindow::showError(const Error& error) {
    // What keeps the views empty is said in their place.
    if (m_workspace.inspectProblem() && m_workspace.inspectProblem()->text() == error.text()) return;
    m_banner->showError(QString::fromStdString(error.text()));
}

void MainWindow::showModel() {
    const std::string& path = m_workspace.opened().path;
    setWindowTitle(m_workspace.hasModel() ? QString::fromStdString(fileName(path)) + QStringLiteral(" — attnscope")
                                          : QStringLiteral("attnscope"));
    setWindowFilePath(QString::fromStdString(path));
    showSites();
    showInputs();
}

void MainWindow::showInputs() {
    const std::size_t active = m_workspace.activeInput();
    const bool numbers = active < m_workspace.inputs().size() && !m_workspace.opened().model->inputs()[active].tokenIds;
    m_actions.openTokenizer->setToolTip(tokenizerText(m_workspace));
    m_actions.openTexts->setText(numbers ? tr("Open &numbers…") : tr("Open &texts…"));
    showEmptyState();
}

void MainWindow::showSites() {
    m_site->clear();
    for (const std::string& name : m_workspace.sites()) {
        const QString site = QString::fromStdString(name);
        m_site->addItem(site);
        m_site->setItemData(m_site->count() - 1, site, Qt::ToolTipRole);
    }
    m_site->setCurrentText(QString::fromStdString(m_workspace.site()));
    m_site->setEnabled(m_site->count() > 0);
    m_site->setPlaceholderText(tr("no attention site"));
    m_actions.nextSite->setEnabled(m_site->count() > 1);
}

void MainWindow::showRecords() {
    m_stale.assign(m_views.size(), true);
    const RecordPtr& record = m_workspace.whatIfRecord();
    if (record) showSites();  // layers that are evaluated twice are two sites
    showEmptyState();
    showEdits();
    showDevice();
    refreshView();
}

void MainWindow::showEdits() {
    const std::size_t count = m_workspace.editCount();
    m_whatIf->setText(count == 0 ? tr("What-if") : tr("What-if ●%1").arg(count));
    m_whatIf->setToolTip(count == 0 ? tr("Nothing is edited") : tr("Set by hand: %1").arg(count));
    m_actions.reset->setEnabled(count > 0);
    const bool hasSite = m_workspace.viewState().modelSite() != nullptr;
    m_actions.pinUniform->setEnabled(hasSite);
    m_actions.pinUniform->setChecked(m_workspace.isPinnedUniform());
    m_actions.exportView->setEnabled(hasSite && !m_views.empty());
    showFormulaActions();
}

/// Says what computes; once, why that is not what was chosen.
void MainWindow::showDevice() {
    const OpenedDevice& device = m_workspace.deviceState().opened;
    m_device->setText(QString::fromStdString(device.name).toUpper());
    m_device->setToolTip(tr("What computes: %1").arg(QString::fromStdString(device.description)));
    m_actions.verify->setEnabled(m_workspace.canVerify());
    m_actions.profile->setEnabled(m_workspace.whatIfRecord() != nullptr);
    const QString remark = QString::fromStdString(device.remark);
    if (remark == m_remark) return;
    m_remark = remark;
    if (!remark.isEmpty())
        m_banner->showWarning(tr("%1. Nothing is lost.").arg(remark), {m_actions.retryDevice, m_actions.chooseDevice});
    else if (m_banner->isWarning())
        m_banner->hide();
}

void MainWindow::refreshView() {
    const int tab = m_tabs->currentIndex();
    if (tab < 0 || m_center->currentWidget() != m_tabs || !m_stale[static_cast<std::size_t>(tab)]) return;
    const SiteView view = m_parts.views[static_cast<std::size_t>(tab)].exported;
    if (needsNumbers(view, m_workspace.viewState()) && m_workspace.hasNumbersOnDevice()) {
        m_workspace.readNumbers();  // and then this again
        return;
    }
    m_stale[static_cast<std::size_t>(tab)] = false;
    m_views[static_cast<std::size_t>(tab)]->setState(m_workspace.viewState());
}

void MainWindow::showEmptyState() {
    if (const std::optional<EmptyMessage> message = emptyMessage(m_workspace, m_actions)) {
        m_empty->setMessage(message->title, message->text, message->actions);
        m_center->setCurrentWidget(m_empty);
        return;
    }
    if (m_center->currentWidget() == m_tabs) return;
    m_center->setCurrentWidget(m_tabs);
    refreshView();
}

void MainWindow::nextSite() {
    if (m_site->count() == 0) return;
    m_workspace.setSite(m_site->itemText((m_site->currentIndex() + 1) % m_site->count()).toStdString());
}

void MainWindow::askForModel() {
    askForFiles(this, tr("Open a model"), modelFilter(), false,
                [this](const QStringList& files) { m_workspace.openModel(files.first().toStdString()); });
}

void MainWindow::askForTexts() {
    askForFiles(this, tr("Open texts or numeric sequences"), sequencesFilter(), true, [this](const QStringList& files) {
        std::vector<std::string> paths;
        for (const QString& file : files) paths.push_back(file.toStdString());
        m_workspace.openSequences(paths);
    });
}

void MainWindow::askForTokenizer() {
    askForFiles(this, tr("Open a tokenizer"), tokenizerFilter(), false,
                [this](const QStringList& files) { m_workspace.openTokenizer(files.first().toStdString()); });
}

void MainWindow::askForExport() {
    if (currentView() == nullptr) return;
    const QFileInfo model(QString::fromStdString(m_workspace.opened().path));
    const QString view = QLatin1String(m_parts.views[static_cast<std::size_t>(m_tabs->currentIndex())].id);
    askForTarget(this, tr("Export"), model.completeBaseName() + QLatin1Char('-') + view + QStringLiteral(".png"),
                 [this](const QString& path) { exportTo(path); });
}

void MainWindow::exportTo(const QString& path) {
    if (currentView() == nullptr || !m_parts.exporter) return;
    const SiteView view = m_parts.views[static_cast<std::size_t>(m_tabs->currentIndex())].exported;
    const std::string file = path.toStdString();
    m_workspace.runExport(file, [exporter = m_parts.exporter, view, file, state = m_workspace.viewState(),
                                 model = m_workspace.opened().path] { return exporter(view, state, model, file); });
}

void MainWindow::showAbout() {
    auto* box =
        new QMessageBox(QMessageBox::NoIcon, tr("About attnscope"),
                        tr("attnscope %1\n\nSee what an attention layer looked at, change something, and see at once "
                           "what that does.")
                            .arg(QCoreApplication::applicationVersion()),
                        QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

}  // namespace attnscope
