#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>

#include <string>
#include <string_view>

namespace attnscope::test {

/// All that is in a file; nothing where it cannot be read.
[[nodiscard]] inline QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
}
[[nodiscard]] inline std::string contentOf(const std::string& path) {
    return contentOf(QString::fromStdString(path)).toStdString();
}

/// Writes a file, or ends the test.
inline void writeFile(const QString& path, const QByteArray& content) {
    QFile file(path);
    if (!file.open(QFile::WriteOnly) || file.write(content) != content.size())
        qFatal("%s: no room for a test's file", qPrintable(path));
}
inline void writeFile(const std::string& path, std::string_view content) {
    writeFile(QString::fromStdString(path),
              QByteArray::fromRawData(content.data(), static_cast<qsizetype>(content.size())));
}

}  // namespace attnscope::test
