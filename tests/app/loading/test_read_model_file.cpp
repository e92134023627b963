#include "../../core/formats/h5_writer.h"
#include "formats/formats.h"
#include "loading/read_model_file.h"
#include "model/model.h"

#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <random>
#include <thread>
#include <tuple>

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
    void aFileThatCrashesTheLibraryIsAnError();
    void damagedFilesCrashNothingHere();
    void aHostileMebibyteCostsLittle_data();
    void aHostileMebibyteCostsLittle();
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

void TestReadModelFile::aFileThatCrashesTheLibraryIsAnError() {
    const std::string path = fixtures.toStdString() + "hostile/crashes_libhdf5.h5";
    const Result<Archive> archive = readModelFile(path);
    QVERIFY(!archive);
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
    if (std::tuple(major, minor, release) == std::tuple(1U, 10U, 8U))
        QCOMPARE(archive.error().text(),
                 path + ": reading it crashed the reader (signal 11); the file is damaged or hostile");
    QVERIFY(hasNoChildren());
}

// Where a damaged file crashes libhdf5, it does so in the reader.
void TestReadModelFile::damagedFilesCrashNothingHere() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("damaged.h5").toStdString();
    std::mt19937 random(1);
    for (const char* name : {"attention.h5", "nested_attention.h5"}) {
        QFile file(fixtures + "golden/" + name);
        QVERIFY(file.open(QFile::ReadOnly));
        const QByteArray whole = file.readAll();
        for (int round = 0; round < 250; ++round) {
            QByteArray changed = whole;
            for (auto change = random() % 12 + 1; change > 0; --change)
                changed[static_cast<qsizetype>(random()) % (random() % 2 == 0 ? 3000 : whole.size())] =
                    static_cast<char>(random());
            QFile damaged(QString::fromStdString(path));
            QVERIFY(damaged.open(QFile::WriteOnly | QFile::Truncate) && damaged.write(changed) == changed.size());
            damaged.close();
            const Result<Archive> archive = readModelFile(path);
            if (!archive) QVERIFY(archive.error().text().starts_with(path + ": "));
        }
    }
    QVERIFY(hasNoChildren());
}

void TestReadModelFile::aHostileMebibyteCostsLittle_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("zeros, compressed, as many as are allowed") << 0;
    QTest::newRow("a config of empty lists") << 1;
    QTest::newRow("a config of ten thousand layers") << 2;
    QTest::newRow("a config of one long name") << 3;
}

void TestReadModelFile::aHostileMebibyteCostsLittle() {
    QFETCH(int, kind);
    const QTemporaryDir folder;
    const std::string path = folder.filePath("hostile.h5").toStdString();
    {
        test::H5Writer file(path);
        test::writeDenseModel(file, test::Strings::Variable);
        file.numbers("/model_weights/dense/dense/bias:0", {2});
        if (kind == 0) {
            const std::vector<hsize_t> chunk{1024, 1024};
            const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
            H5Pset_chunk(creation, 2, chunk.data());
            H5Pset_deflate(creation, 9);
            file.zeros("/model_weights/dense/dense/kernel:0", {34U << 10U, 1024}, creation);
            file.numbers("/padding", {200U << 10U});
        } else {
            file.numbers("/model_weights/dense/dense/kernel:0", {3, 2});
        }
        H5Adelete(file.id(), "model_config");
        std::string config = R"({"class_name": "Sequential", "config": {"name": "s", "layers": [)";
        const std::size_t room = kind == 0 ? 0 : 1'000'000;
        if (kind == 1) config += "[";
        for (int place = 0; config.size() < room; ++place) {
            if (kind == 1) config += place == 0 ? "[]" : ",[]";
            if (kind == 2)
                config += std::string(place == 0 ? "" : ",") + R"({"class_name": "Dropout", "config": {"name": "d)" +
                          std::to_string(place) + R"(", "rate": 0.1, "batch_input_shape": [null, 3]}})";
            if (kind == 3) config += "n";
        }
        if (kind == 1) config += "]";
        file.text("/", "model_config", config + "]}}");
    }
    QVERIFY(QFileInfo(QString::fromStdString(path)).size() < (3 << 20));
    QElapsedTimer clock;
    clock.start();
    Result<Archive> archive = readModelFile(path);
    if (archive) {
        const auto model = Model::fromArchive(*std::move(archive));
        if (model) QVERIFY(!summarize(**model, {}).empty());
    }
    QVERIFY2(clock.elapsed() < 10'000, qPrintable(QString::number(clock.elapsed())));
    rusage reader{};
    rusage program{};
    QVERIFY(getrusage(RUSAGE_CHILDREN, &reader) == 0 && getrusage(RUSAGE_SELF, &program) == 0);
    constexpr long gibibyte = 1L << 20;  // in KiB
    QVERIFY2(reader.ru_maxrss + program.ru_maxrss < gibibyte,
             qPrintable(QString("%1 + %2 KiB").arg(reader.ru_maxrss).arg(program.ru_maxrss)));
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
