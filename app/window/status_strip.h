#pragma once

#include <QObject>
#include <QTimer>

class QLabel;
class QProgressBar;
class QStatusBar;
class QToolButton;

namespace attnscope {

class Workspace;

/// What the status bar says: what computed and how long it took, the sequence's length, and what is going on.
class StatusStrip : public QObject {
    Q_OBJECT
public:
    StatusStrip(Workspace& workspace, QStatusBar& bar);

private:
    void showRecord();
    void showActivity();
    void showBusy();

    Workspace& m_workspace;
    QLabel* m_computed;
    QLabel* m_sequence;
    QLabel* m_activity;
    QProgressBar* m_progress;
    QToolButton* m_cancel;
    QTimer m_patience;  ///< work that is over at once is not worth a flicker
};

}  // namespace attnscope
