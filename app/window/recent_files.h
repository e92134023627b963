#pragma once

#include <QMenu>
#include <QSettings>
#include <QStringList>

namespace attnscope {

/// The models opened last, newest first, as a menu. Without settings they are forgotten with the window.
class RecentFiles : public QMenu {
    Q_OBJECT
public:
    explicit RecentFiles(QSettings* settings, QWidget* parent = nullptr);

    void add(const QString& path);
    [[nodiscard]] const QStringList& files() const { return m_files; }

signals:
    void chosen(const QString& path);

private:
    void fill();

    QSettings* m_settings;
    QStringList m_files;
};

}  // namespace attnscope
