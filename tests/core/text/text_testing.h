#pragma once

#include "base/result.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <string>
#include <string_view>

namespace attnscope {

/// A folder of files that is gone after the test.
class Folder {
public:
    /// Writes a file and returns its path.
    [[nodiscard]] std::string file(const std::string& name, std::string_view bytes) const {
        const std::string path = m_folder.filePath(QString::fromStdString(name)).toStdString();
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    [[nodiscard]] std::string path() const { return m_folder.path().toStdString(); }

private:
    QTemporaryDir m_folder;
};

/// The error's line without the folder; empty if there is no error.
template <typename T>
std::string errorOf(const Result<T>& result, const Folder& folder) {
    if (result) return {};
    std::string text = result.error().text();
    const std::size_t at = text.find(folder.path() + "/");
    return at == std::string::npos ? text : text.erase(at, folder.path().size() + 1);
}

}  // namespace attnscope

/// Compares std::strings, so that a failure prints both.
#define COMPARE_TEXT(actual, expected) QCOMPARE(QString::fromStdString(actual), QString::fromStdString(expected))
