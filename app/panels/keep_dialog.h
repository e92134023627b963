#pragma once

#include <QDialog>

#include <string>

class QLabel;
class QLineEdit;
class QPushButton;

namespace attnscope {

class Workspace;

/// Asks for the name of a formula that is to be kept, and whether it may replace the one of that name.
class KeepDialog : public QDialog {
    Q_OBJECT
public:
    KeepDialog(Workspace& workspace, std::string source, QWidget* parent = nullptr);

private:
    void readName();
    void keep();

    Workspace& m_workspace;
    std::string m_source;
    QLineEdit* m_name;
    QLabel* m_note;
    QPushButton* m_keep;
    bool m_replaces = false;
};

}  // namespace attnscope
