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

signals:
    /// The person wants to know where the time goes.
    void profileWanted();

private:
    void showRecord();
    void showVerification();
    void showActivity();
    void showBusy();

    Workspace& m_workspace;
    QToolButton* m_computed;
    QLabel* m_sequence;
    QLabel* m_verified;
    QLabel* m_activity;
    QProgressBar* m_progress;
    QToolButton* m_cancel;
    QTimer m_patience;  ///< work that is over at once is not worth a flicker
};

}  // namespace attnscope
