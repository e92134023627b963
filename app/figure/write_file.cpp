#include "figure/write_file.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace attnscope {
namespace {

/// On a disk that fills up the first write is merely short; only the next one says why.
bool writtenWhole(QFileDevice& file, std::string_view bytes) {
    while (!bytes.empty()) {
        const qint64 count = file.write(bytes.data(), static_cast<qint64>(bytes.size()));
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

Status writeFile(const std::string& path, std::string_view bytes) {
    const auto refused = [&](const QFileDevice& file) {
        return fail(ErrorCode::Io, path + ": cannot be written: " + file.errorString().toStdString());
    };
    const QString name = QString::fromStdString(path);
    const QFileInfo info(name);
    if (info.isDir()) return fail(ErrorCode::Io, path + ": cannot be written: it is a folder");
    if (info.exists() && !info.isFile()) {
        // QSaveFile would put a file in the place of the device.
        QFile device(name);
        if (!device.open(QIODevice::WriteOnly | QIODevice::Unbuffered)) return refused(device);
        if (!writtenWhole(device, bytes)) return refused(device);
        return {};
    }
    QSaveFile file(name);
    if (!file.open(QIODevice::WriteOnly)) return refused(file);
    // What is still in the buffer when it is committed may fail to be written without commit() telling.
    if (!writtenWhole(file, bytes) || !file.flush()) return refused(file);
    if (!file.commit()) return refused(file);
    return {};
}

}  // namespace attnscope
