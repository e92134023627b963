#pragma once

#include <QAction>
#include <QObject>

class QMainWindow;
class QMenu;

namespace attnscope {

class DeviceMenu;
class RecentFiles;
class Workspace;

/// Every action of the window with its shortcut; menus, tool bar and empty states show the same ones.
struct WindowActions {
    WindowActions(Workspace& workspace, QMainWindow& window);

    QAction* openModel;
    QAction* openTexts;
    QAction* openTokenizer;
    QAction* exportView;
    QAction* quit;
    QAction* undo;
    QAction* redo;
    QAction* reset;
    QAction* pinUniform;
    QAction* editFormula;
    QAction* keepFormula;
    QAction* revertFormula;
    QAction* showFormulas;
    QAction* newLayer;
    QAction* removeLayer;
    QAction* nextText;
    QAction* previousText;
    QAction* nextSite;
    QAction* typeText;
    QAction* filterTexts;
    QAction* cancel;
    QAction* verify;
    QAction* profile;
    QAction* retryDevice;
    QAction* chooseDevice;
    QAction* systemTheme;
    QAction* lightTheme;
    QAction* darkTheme;
    QAction* about;

    /// Fills the menu bar; `views` are the actions that choose a view, `formulas` what the site can be read by.
    void fillMenus(QMainWindow& window, RecentFiles& recent, DeviceMenu& devices, QMenu& formulas,
                   const QList<QAction*>& views) const;
};

}  // namespace attnscope
