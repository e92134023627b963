#include "hostile_files.h"
#include "loading/loading.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/resource.h>

namespace attnscope {

#ifdef ATTNSCOPE_SANITIZED
// The reader has no limit of memory then (sandbox_linux.cpp), and both take several times as much of everything.
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

/// A hostile file of a mebibyte or so, and what may lie beside it, costs less than a gibibyte and ten seconds, in the
/// reader's process and the program's own together.
class TestHostileFiles : public QObject {
    Q_OBJECT

private slots:
    void aHostileMebibyteCostsLittle_data() {
        QTest::addColumn<int>("kind");
        for (std::size_t kind = 0; kind < test::hostileFiles().size(); ++kind)
            QTest::newRow(test::hostileFiles()[kind].name) << static_cast<int>(kind);
    }
    void aHostileMebibyteCostsLittle();
};

void TestHostileFiles::aHostileMebibyteCostsLittle() {
    QFETCH(int, kind);
    const test::Hostile& hostile = test::hostileFiles()[static_cast<std::size_t>(kind)];
    const QTemporaryDir folder;
    const std::string path = folder.filePath(hostile.file).toStdString();
    hostile.write(folder.path().toStdString(), path);
    QVERIFY(QFileInfo(QString::fromStdString(path)).size() < (3 << 20));
    QElapsedTimer clock;
    clock.start();
    const Result<OpenedModel> opened = openModel(path, {});
    if (opened && opened->model) {
        QVERIFY(!summarize(*opened->model, opened->lowering).empty());
    } else if (!opened) {
        const QString problem = QString::fromStdString(opened.error().text());
        QVERIFY2(problem.size() < 1000 && !problem.contains("crashed"), qPrintable(problem.left(1000)));
    }
    if (sanitized) return;
    QVERIFY2(clock.elapsed() < 10'000, qPrintable(QString::number(clock.elapsed())));
    rusage reader{};
    rusage program{};
    QVERIFY(getrusage(RUSAGE_CHILDREN, &reader) == 0 && getrusage(RUSAGE_SELF, &program) == 0);
    constexpr long gibibyte = 1L << 20;  // in KiB
    QVERIFY2(reader.ru_maxrss + program.ru_maxrss < gibibyte,
             qPrintable(QString("%1 + %2 KiB").arg(reader.ru_maxrss).arg(program.ru_maxrss)));
}

}  // namespace attnscope

QTEST_GUILESS_MAIN(attnscope::TestHostileFiles)
#include "test_hostile_files.moc"
