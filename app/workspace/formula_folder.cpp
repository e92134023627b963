#include "workspace/formula_folder.h"

#include <QDir>

namespace attnscope {

FormulaFolder::FormulaFolder(const QString& path, QObject* parent) : QObject(parent), m_path(path) {
    QDir().mkpath(path);
    m_watcher.addPath(path);
    watchFiles();
    m_calm.setSingleShot(true);
    m_calm.setInterval(100);
    const auto later = [this] { m_calm.start(); };
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, later);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, later);
    connect(&m_calm, &QTimer::timeout, this, [this] {
        watchFiles();
        emit changed();
    });
}

/// A folder tells of files that come and go, only the files themselves tell of writing. One that was replaced is
/// another file, which has to be watched anew.
void FormulaFolder::watchFiles() {
    const QDir folder(m_path);
    for (const QFileInfo& file : folder.entryInfoList({QStringLiteral("*.formula")}, QDir::Files)) {
        if (!m_watcher.files().contains(file.filePath())) m_watcher.addPath(file.filePath());
    }
}

}  // namespace attnscope
