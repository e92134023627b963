#include "window/window_actions.h"

#include "window/device_menu.h"
#include "window/recent_files.h"
#include "workspace/workspace.h"

#include <QActionGroup>
#include <QMainWindow>
#include <QMenuBar>

namespace attnscope {
namespace {

QAction* make(QMainWindow& window, const QString& text, const QKeySequence& shortcut, const QString& tip = {}) {
    auto* action = new QAction(text, &window);
    action->setShortcut(shortcut);
    QString shown = tip.isEmpty() ? QString(text).remove(QLatin1Char('&')).remove(QChar(0x2026)) : tip;
    if (!shortcut.isEmpty()) shown += QStringLiteral(" (%1)").arg(shortcut.toString(QKeySequence::NativeText));
    action->setToolTip(shown);
    window.addAction(action);
    return action;
}

QString tr(const char* text) {
    return QObject::tr(text);
}

}  // namespace

WindowActions::WindowActions(Workspace& workspace, QMainWindow& window) {
    openModel = make(window, tr("&Open model…"), QKeySequence(QStringLiteral("Ctrl+O")), tr("Open a model"));
    openTexts = make(window, tr("Open &texts…"), QKeySequence(QStringLiteral("Ctrl+Shift+O")),
                     tr("Open texts or a numeric sequence"));
    openTokenizer = make(window, tr("Open to&kenizer…"), {});
    exportView = make(window, tr("&Export…"), QKeySequence(QStringLiteral("Ctrl+E")), tr("Export what is shown"));
    quit = make(window, tr("&Quit"), QKeySequence(QStringLiteral("Ctrl+Q")));
    undo = workspace.undoStack()->createUndoAction(&window, tr("Undo"));
    undo->setShortcut(QKeySequence(QStringLiteral("Ctrl+Z")));
    redo = workspace.undoStack()->createRedoAction(&window, tr("Redo"));
    redo->setShortcuts({QKeySequence(QStringLiteral("Ctrl+Shift+Z")), QKeySequence(QStringLiteral("Ctrl+Y"))});
    window.addActions({undo, redo});
    reset = make(window, tr("&Reset edits"), QKeySequence(QStringLiteral("Ctrl+R")), tr("Back to the model as it is"));
    pinUniform = make(window, tr("Pin weights to &uniform"), QKeySequence(QStringLiteral("Ctrl+U")));
    pinUniform->setCheckable(true);
    editFormula = make(window, tr("&Edit formula…"), QKeySequence(QStringLiteral("Ctrl+Shift+F")),
                       tr("Edit the site's formula and see what that does"));
    keepFormula = make(window, tr("&Keep formula as…"), QKeySequence(QStringLiteral("Ctrl+S")),
                       tr("Keep the edited formula among your own"));
    revertFormula = make(window, tr("&Revert formula"), QKeySequence(QStringLiteral("Ctrl+Shift+R")),
                         tr("Back to the formula that the model has"));
    showFormulas = make(window, tr("Show &your formulas"), {}, tr("Open the folder of your own formulas"));
    newLayer = make(window, tr("&New layer on this sequence…"), QKeySequence(QStringLiteral("Ctrl+N")),
                    tr("Try a formula with fresh weights beside the model"));
    removeLayer = make(window, tr("Re&move this layer"), QKeySequence(QStringLiteral("Ctrl+Backspace")),
                       tr("Remove the new layer that is looked at"));
    nextText = make(window, tr("&Next text"), QKeySequence(QStringLiteral("Alt+Down")));
    previousText = make(window, tr("&Previous text"), QKeySequence(QStringLiteral("Alt+Up")));
    nextSite = make(window, tr("Next attention &site"), QKeySequence(QStringLiteral("Alt+Right")));
    typeText = make(window, tr("T&ype a text"), QKeySequence(QStringLiteral("Ctrl+T")));
    filterTexts = make(window, tr("&Filter texts"), QKeySequence(QStringLiteral("Ctrl+F")));
    cancel = make(window, tr("&Cancel what is going on"), QKeySequence(QStringLiteral("Ctrl+.")));
    verify = make(window, tr("&Verify against the CPU…"), QKeySequence(QStringLiteral("Ctrl+Shift+V")),
                  tr("Evaluate on the device and on the CPU, and compare"));
    profile = make(window, tr("&Time per operation…"), QKeySequence(QStringLiteral("Ctrl+Shift+P")));
    retryDevice = make(window, tr("&Try again"), {}, tr("Open the chosen device again"));
    chooseDevice =
        make(window, tr("Choose &device…"), QKeySequence(QStringLiteral("Ctrl+D")), tr("Choose what computes"));
    systemTheme = make(window, tr("As the &system"), {});
    lightTheme = make(window, tr("&Light"), {});
    darkTheme = make(window, tr("&Dark"), {});
    auto* themes = new QActionGroup(&window);
    for (QAction* theme : {systemTheme, lightTheme, darkTheme}) {
        theme->setCheckable(true);
        themes->addAction(theme);
    }
    about = make(window, tr("&About attnscope"), {});
}

void WindowActions::fillMenus(QMainWindow& window, RecentFiles& recent, DeviceMenu& devices, QMenu& formulas,
                              const QList<QAction*>& views) const {
    QMenu* file = window.menuBar()->addMenu(tr("&File"));
    file->addAction(openModel);
    file->addMenu(&recent);
    file->addAction(openTexts);
    file->addAction(openTokenizer);
    file->addSeparator();
    file->addAction(exportView);
    file->addSeparator();
    file->addAction(cancel);
    file->addAction(quit);

    QMenu* edit = window.menuBar()->addMenu(tr("&Edit"));
    edit->addActions({undo, redo});
    edit->addSeparator();
    edit->addActions({pinUniform, reset});

    QMenu* formula = window.menuBar()->addMenu(tr("For&mula"));
    formula->addAction(editFormula);
    formula->addMenu(&formulas);
    formula->addActions({revertFormula, keepFormula, showFormulas});
    formula->addSeparator();
    formula->addActions({newLayer, removeLayer});

    QMenu* view = window.menuBar()->addMenu(tr("&View"));
    view->addActions(views);
    view->addSeparator();
    view->addActions({nextText, previousText, nextSite});
    view->addSeparator();
    view->addActions({typeText, filterTexts});
    view->addSeparator();
    view->addMenu(tr("&Theme"))->addActions({systemTheme, lightTheme, darkTheme});

    QMenu* compute = window.menuBar()->addMenu(tr("&Compute"));
    compute->addMenu(&devices);
    compute->addSeparator();
    compute->addActions({verify, profile});

    window.menuBar()->addMenu(tr("&Help"))->addAction(about);
}

}  // namespace attnscope
