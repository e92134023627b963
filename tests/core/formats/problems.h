#pragma once

#include "formats/architecture.h"
#include "formats/formats.h"

#include <QString>
#include <QTest>

#include <string>
#include <string_view>

namespace attnscope::test {

/// Why a file cannot be read, behind its name; empty if it can.
[[nodiscard]] inline QString problemOf(const std::string& path) {
    const Result<Archive> archive = readArchive(path);
    if (archive) return {};
    const QString text = QString::fromStdString(archive.error().text());
    const QString start = QString::fromStdString(path) + ": ";
    return text.startsWith(start) ? text.mid(start.size()) : "the file is not named: " + text;
}

/// The same of a file in memory.
[[nodiscard]] inline QString problemOf(const std::string& name, std::string_view bytes) {
    const Result<Archive> archive = readArchive(ModelFile{name, bytes});
    return archive ? QString() : QString::fromStdString(archive.error().text());
}

/// Why JSON is no architecture; empty if it is one.
[[nodiscard]] inline QString architectureProblem(const std::string& json) {
    Archive archive;
    const Status added = addArchitecture(archive, json);
    return added ? QString() : QString::fromStdString(added.error().text());
}

/// A message of one line; where its end does not matter, the expected one ends with a *.
inline void compareMessage(const QString& found, const QString& expected) {
    if (expected.endsWith('*')) {
        QCOMPARE(found.left(expected.size() - 1), expected.chopped(1));
    } else {
        QCOMPARE(found, expected);
    }
    QVERIFY(!found.contains('\n'));
}

}  // namespace attnscope::test
