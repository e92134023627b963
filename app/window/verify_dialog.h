#pragma once

#include <QDialog>

class QFormLayout;
class QLabel;
class QProgressBar;
class QPushButton;

namespace attnscope {

class Workspace;
struct Verification;

/// Whether the device and the CPU agree on what is on show: the largest difference, in which value, where, and both
/// numbers. Blocks nothing; can be stopped.
class VerifyDialog : public QDialog {
    Q_OBJECT
public:
    VerifyDialog(Workspace& workspace, QWidget* parent);

    /// Verifies anew.
    void start();

protected:
    void hideEvent(QHideEvent* event) override;

private:
    void showState();
    void showResult(const Verification& verification);
    void addRow(const QString& name, const QString& content);

    Workspace& m_workspace;
    QLabel* m_headline;
    QLabel* m_explanation;
    QProgressBar* m_progress;
    QWidget* m_result;
    QFormLayout* m_rows;
    QPushButton* m_again;
    bool m_busy = false;  ///< as it is shown
    QPushButton* m_stop;
};

}  // namespace attnscope
