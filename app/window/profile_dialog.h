#pragma once

#include <QDialog>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace attnscope {

class Workspace;

/// Where the time of an evaluation goes, per kind of operation, as the device's own clock tells it.
class ProfileDialog : public QDialog {
    Q_OBJECT
public:
    ProfileDialog(Workspace& workspace, QWidget* parent);

    /// Takes the times anew.
    void start();

private:
    void showState();

    Workspace& m_workspace;
    QLabel* m_headline;
    QLabel* m_explanation;
    QTreeWidget* m_times;
    QPushButton* m_again;
    bool m_busy = false;  ///< as it is shown
};

}  // namespace attnscope
