#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QTimer>

namespace attnscope {

/// Watches the folder of the person's own formulas. It is made if it does not exist, so that there is somewhere to put
/// them.
class FormulaFolder : public QObject {
    Q_OBJECT
public:
    explicit FormulaFolder(const QString& path, QObject* parent = nullptr);

    [[nodiscard]] const QString& path() const { return m_path; }

signals:
    /// Files came, went or were written; once for what happens at the same time.
    void changed();

private:
    void watchFiles();

    QString m_path;
    QFileSystemWatcher m_watcher;
    QTimer m_calm;  ///< an editor that saves a file touches it several times
};

}  // namespace attnscope
