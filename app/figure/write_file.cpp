#include "figure/write_file.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace attnscope {

Status writeFile(const std::string& path, std::string_view bytes) {
    const auto refused = [&](const QFileDevice& file) {
        return fail(ErrorCode::Io, path + ": cannot be written: " + file.errorString().toStdString());
    };
    const auto size = static_cast<qint64>(bytes.size());
    const QString name = QString::fromStdString(path);
    const QFileInfo info(name);
    if (info.isDir()) return fail(ErrorCode::Io, path + ": cannot be written: it is a folder");
    if (info.exists() && !info.isFile()) {
        // QSaveFile would put a file in the place of the device.
        QFile device(name);
        if (!device.open(QIODevice::WriteOnly | QIODevice::Unbuffered)) return refused(device);
        if (device.write(bytes.data(), size) != size) return refused(device);
        return {};
    }
    QSaveFile file(name);
    if (!file.open(QIODevice::WriteOnly)) return refused(file);
    if (file.write(bytes.data(), size) != size) return refused(file);
    if (!file.commit()) return refused(file);
    return {};
}

}  // namespace attnscope
