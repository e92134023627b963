#include "window/recent_files.h"

#include <QFileInfo>

namespace attnscope {
namespace {

constexpr int kept = 10;
const QString key = QStringLiteral("recentModels");

}  // namespace

RecentFiles::RecentFiles(QSettings* settings, QWidget* parent)
    : QMenu(tr("Open &recent"), parent), m_settings(settings) {
    if (m_settings != nullptr) m_files = m_settings->value(key).toStringList();
    fill();
}

void RecentFiles::add(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    m_files.removeAll(absolute);
    m_files.prepend(absolute);
    while (m_files.size() > kept) m_files.removeLast();
    if (m_settings != nullptr) m_settings->setValue(key, m_files);
    fill();
}

void RecentFiles::fill() {
    clear();
    for (const QString& file : m_files) {
        QString text = QFileInfo(file).fileName();
        addAction(text.replace(QLatin1Char('&'), QStringLiteral("&&")), this, [this, file] {
            emit chosen(file);
        })->setToolTip(file);
    }
    setToolTipsVisible(true);
    setEnabled(!m_files.isEmpty());
}

}  // namespace attnscope
