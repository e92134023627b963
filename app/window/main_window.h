#pragma once

#include "views/view_table.h"
#include "window/window_actions.h"
#include "workspace/workspace.h"

#include <QMainWindow>

#include <functional>
#include <span>
#include <string>
#include <vector>

class QComboBox;
class QMenu;
class QMimeData;
class QSettings;
class QSplitter;
class QStackedWidget;
class QTabWidget;
class QToolButton;

namespace attnscope {

class DeviceMenu;
class EmptyState;
class FormulaEditor;
class InspectorPanel;
class LayersPanel;
class MessageBanner;
class PredictionBar;
class ProfileDialog;
class TextsPanel;
class VerifyDialog;

/// Writes what a view shows to a file; called on the worker's thread with immutable values.
using ViewExporter =
    std::function<Status(SiteView view, const ViewState& state, const std::string& modelPath, const std::string& path)>;

/// What the window needs from outside.
struct WindowParts {
    std::span<const ViewRow> views;
    ViewExporter exporter;
    QSettings* settings = nullptr;  ///< none: nothing is remembered
};

enum class ThemeChoice { System, Light, Dark };

/// The window: it arranges the panels and views, hands what the person does to the workspace and shows what comes back.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(Workspace& workspace, WindowParts parts);

    /// Shows what went wrong, without blocking.
    void showError(const Error& error);
    /// Exports the view on show; the suffix says how.
    void exportTo(const QString& path);
    void setTheme(ThemeChoice choice);

    [[nodiscard]] const WindowActions& actions() const { return m_actions; }
    /// The view on show; nullptr while there is nothing to see.
    [[nodiscard]] View* currentView() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildToolBar();
    void buildCenter();
    QList<QAction*> buildViews();
    void connectWorkspace();
    void connectActions();
    void restore();

    void showModel();
    void showRecords();
    void showSites();
    void showInputs();
    void showEdits();
    void showDevice();
    void showEmptyState();
    void refreshView();
    void askForModel();
    void askForTexts();
    void askForTokenizer();
    void askForExport();
    void showAbout();
    void nextSite();

    // Formulas.
    void connectFormulas();
    void showFormulaActions();
    void editFormula(const QString& layer);
    void keepFormula();
    void askForNewLayer();
    [[nodiscard]] std::string siteLayer() const;

    Workspace& m_workspace;
    WindowParts m_parts;
    bool m_systemIsDark;  ///< judged before the first theme of ours
    WindowActions m_actions;
    std::vector<View*> m_views;
    std::vector<bool> m_stale;  ///< per view: it has not been given the newest records

    MessageBanner* m_banner;
    LayersPanel* m_layers;
    TextsPanel* m_texts;
    InspectorPanel* m_inspector;
    PredictionBar* m_prediction;
    EmptyState* m_empty;
    FormulaEditor* m_editor;
    QMenu* m_formulas;
    bool m_newLayerWanted = false;  ///< as soon as the sequence is open that stands in for a model
    QStackedWidget* m_center;
    QTabWidget* m_tabs;
    QSplitter* m_left;
    QSplitter* m_columns;
    QSplitter* m_middle;
    QComboBox* m_site;
    QToolButton* m_whatIf;
    QToolButton* m_device;
    DeviceMenu* m_devices;
    VerifyDialog* m_verify;
    ProfileDialog* m_profile;
    QString m_remark;  ///< about the device, that was told last
};

}  // namespace attnscope
