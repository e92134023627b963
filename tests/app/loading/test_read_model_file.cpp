#include "../../core/formats/h5_writer.h"
#include "formats/formats.h"
#include "loading/read_model_file.h"

#include <QDir>
#include <QDirIterator>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <random>
#include <thread>

namespace attnscope {
namespace {

const QString fixtures = QStringLiteral(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/");

bool hasNoChildren() {
    return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

QStringList entries(const QString& folder) {
    QStringList found;
    QDirIterator walk(folder, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    while (walk.hasNext()) found << walk.next();
    found.sort();
    return found;
}

qsizetype openDescriptors() {
    return QDir(QStringLiteral("/proc/self/fd")).entryList().size();
}

/// The process that this one started, or 0.
pid_t childOf(pid_t parent) {
    for (const QString& entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        QFile stat("/proc/" + entry + "/stat");
        if (entry.toInt() == 0 || !stat.open(QFile::ReadOnly)) continue;
        const QByteArray line = stat.readAll();
        const QByteArrayList fields = line.mid(line.lastIndexOf(')') + 2).split(' ');
        if (fields.value(1).toInt() == parent) return entry.toInt();
    }
    return 0;
}

/// A model of one Dense layer whose kernel takes 48 MiB.
std::string bigModel(const QTemporaryDir& folder) {
    const std::string path = folder.filePath("big.h5").toStdString();
    test::H5Writer file(path);
    test::writeDenseModel(file);
    file.numbers("/model_weights/dense/dense/kernel:0", {6U << 10U, 2U << 10U});
    file.numbers("/model_weights/dense/dense/bias:0", {2});
    return path;
}

bool sameArchive(const Archive& left, const Archive& right) {
    const auto sameWeight = [](const LayerWeight& a, const LayerWeight& b) {
        const auto bits = [](const Tensor& tensor) {
            return QByteArray::fromRawData(reinterpret_cast<const char*>(tensor.data().data()),
                                           static_cast<qsizetype>(tensor.data().size_bytes()));
        };
        return a.name == b.name && a.trainable == b.trainable && a.tensor->shape() == b.tensor->shape() &&
               bits(*a.tensor) == bits(*b.tensor);
    };
    const auto sameGroup = [&](const ArchiveGroup& a, const ArchiveGroup& b) {
        return a.layer == b.layer && std::ranges::equal(a.weights, b.weights, sameWeight);
    };
    return left.format == right.format && left.framework == right.framework && left.version == right.version &&
           left.config == right.config && left.training == right.training &&
           std::ranges::equal(left.groups, right.groups, sameGroup);
}

}  // namespace

class TestReadModelFile : public QObject {
    Q_OBJECT

private slots:
    void aModelArrivesAsItWasRead_data();
    void aModelArrivesAsItWasRead();
    void anErrorIsTheReaders_data();
    void anErrorIsTheReaders();
    void aPipeIsNotWaitedFor();
    void progressIsTold();
    void aReaderKilledAtAnyPointLeavesNothing();
};

void TestReadModelFile::aModelArrivesAsItWasRead_data() {
    QTest::addColumn<QString>("path");
    const QDir folder(fixtures + "golden");
    for (const QString& name : folder.entryList({"*.h5", "*.keras", "*.npz"}))
        QTest::newRow(qPrintable(name)) << folder.filePath(name);
}

void TestReadModelFile::aModelArrivesAsItWasRead() {
    QFETCH(QString, path);
    const Result<Archive> here = readArchive(path.toStdString());
    const Result<Archive> apart = readModelFile(path.toStdString());
    QCOMPARE(apart.has_value(), here.has_value());
    if (here)
        QVERIFY(sameArchive(*here, *apart));
    else
        QCOMPARE(apart.error().text(), here.error().text());
    QVERIFY(hasNoChildren());
}

void TestReadModelFile::anErrorIsTheReaders_data() {
    QTest::addColumn<QString>("path");
    const QDir folder(fixtures + "bad");
    for (const QString& name : folder.entryList(QDir::Files)) QTest::newRow(qPrintable(name)) << folder.filePath(name);
    QTest::newRow("no file") << folder.filePath("nowhere.h5");
    QTest::newRow("a folder") << folder.path();
    QTest::newRow("a device") << "/dev/zero";
}

void TestReadModelFile::anErrorIsTheReaders() {
    aModelArrivesAsItWasRead();
}

void TestReadModelFile::aPipeIsNotWaitedFor() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("pipe.h5").toStdString();
    QVERIFY(mkfifo(path.c_str(), 0600) == 0);
    const Result<Archive> archive = readModelFile(path);
    QVERIFY(!archive);
    QCOMPARE(archive.error().text(), path + ": is not a regular file");
}

void TestReadModelFile::progressIsTold() {
    const QTemporaryDir folder;
    const std::string path = bigModel(folder);
    std::vector<std::uint64_t> told;
    std::uint64_t total = 0;
    const Result<Archive> archive = readModelFile(path, {{}, [&](std::uint64_t done, std::uint64_t all) {
                                                             told.push_back(done);
                                                             total = all;
                                                         }});
    QVERIFY2(archive, archive ? "" : archive.error().text().c_str());
    QVERIFY(!told.empty());
    QVERIFY(std::ranges::is_sorted(told));
    QCOMPARE(told.back(), std::uint64_t{48} << 20U);
    QCOMPARE(total, static_cast<std::uint64_t>(QFileInfo(QString::fromStdString(path)).size()));
}

void TestReadModelFile::aReaderKilledAtAnyPointLeavesNothing() {
    const QTemporaryDir folder;
    const std::string path = bigModel(folder);
    QVERIFY(readModelFile(path));
    const QStringList before = entries(folder.path()) + entries(QCoreApplication::applicationDirPath());
    const qsizetype descriptors = openDescriptors();
    std::mt19937 random(5);
    int cut = 0;
    for (int round = 0; round < 40; ++round) {
        std::atomic<bool> done = false;
        const std::chrono::microseconds delay(random() % 60'000);
        std::thread killer([&done, delay, self = getpid()] {
            pid_t child = 0;
            while (child == 0 && !done) child = childOf(self);
            std::this_thread::sleep_for(delay);
            if (child != 0 && !done) ::kill(child, SIGKILL);
        });
        const Result<Archive> archive = readModelFile(path);
        done = true;
        killer.join();
        if (!archive) {
            QCOMPARE(archive.error().text(),
                     path + ": reading it crashed the reader (signal 9); the file is damaged or hostile");
            ++cut;
        }
        QVERIFY(hasNoChildren());
        QCOMPARE(openDescriptors(), descriptors);
    }
    QVERIFY(cut > 5);
    QCOMPARE(entries(folder.path()) + entries(QCoreApplication::applicationDirPath()), before);
}

}  // namespace attnscope

QTEST_GUILESS_MAIN(attnscope::TestReadModelFile)
#include "test_read_model_file.moc"
