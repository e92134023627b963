#include "eval/backend.h"
#include "loading/read_model_file.h"
#include "panels/message_banner.h"
#include "processes.h"
#include "theme/theme.h"
#include "window/main_window.h"
#include "workspace/workspace.h"

#include <QApplication>
#include <QLabel>
#include <QProgressBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

namespace attnscope {
namespace {

constexpr qint64 fileBytes = 4 << 20;

QString errorOf(const std::string& path) {
    const Result<Archive> archive = readModelFile(path);
    return archive ? QString() : QString::fromStdString(archive.error().text());
}

}  // namespace

/// The reader beside this test misbehaves as the file's name says (misbehaving_reader.cpp).
class TestReaderMishaps : public QObject {
    Q_OBJECT

private slots:
    void whateverBecomesOfTheReaderIsOneError_data();
    void whateverBecomesOfTheReaderIsOneError();
    void cancellingEndsTheReader();
    void aReaderThatCannotBeStartedIsSaid();
    void theWindowStaysUpAndSaysSo();
    void theWindowShowsProgressAndItsCancelButtonEndsTheReader();
    void closingTheWindowEndsTheReader();

private:
    /// A file of this name that the reader will not look into.
    [[nodiscard]] std::string file(const QString& name, qint64 bytes = fileBytes) const {
        QFile made(m_folder.filePath(name));
        if (!made.open(QFile::WriteOnly) || !made.resize(bytes)) qFatal("no room for a test's file");
        return made.fileName().toStdString();
    }

    QTemporaryDir m_folder;
};

void TestReaderMishaps::whateverBecomesOfTheReaderIsOneError_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* name, const char* problem) { QTest::newRow(name) << name << problem; };
    row("crash.h5", "reading it crashed the reader (signal 11); the file is damaged or hostile");
    row("abort.h5", "reading it crashed the reader (signal 6); the file is damaged or hostile");
    row("spin.h5", "reading it took more than 6 s of computing, the limit for a file of its size");
    row("silent.h5", "reading it took longer than 9 s, the limit for a file of its size");
    row("half.h5", "the reader ended before its answer did (status 0)");
    row("status.h5", "the reader ended before its answer did (status 3)");
    row("nonsense.h5", "the reader answered nonsense: an unknown frame");
}

void TestReaderMishaps::whateverBecomesOfTheReaderIsOneError() {
    QFETCH(QString, name);
    QFETCH(QString, problem);
    const std::string path = file(name);
    QCOMPARE(errorOf(path), QString::fromStdString(path) + ": " + problem);
    QVERIFY(test::hasNoChildren());
}

void TestReaderMishaps::cancellingEndsTheReader() {
    const CancelToken cancel;
    int told = 0;
    const ReadWatch watch{cancel, [&](std::uint64_t done, std::uint64_t total) {
                              QVERIFY(done <= total);
                              QCOMPARE(total, static_cast<std::uint64_t>(fileBytes));
                              if (++told == 5) cancel.cancel();
                          }};
    const Result<Archive> archive = readModelFile(file("slow.h5"), watch);
    QVERIFY(!archive);
    QVERIFY(archive.error().code == ErrorCode::Cancelled);
    QCOMPARE(told, 5);
    QVERIFY(test::hasNoChildren());
}

void TestReaderMishaps::aReaderThatCannotBeStartedIsSaid() {
    const QString reader = QCoreApplication::applicationDirPath() + "/attnscope-reader";
    QVERIFY(QFile::rename(reader, reader + "-away"));
    const QString found = errorOf(file("any.h5"));
    QVERIFY(QFile::rename(reader + "-away", reader));
    QVERIFY2(found.contains("any.h5: cannot be read: " + reader + ": "), qPrintable(found));
    QVERIFY(test::hasNoChildren());
}

void TestReaderMishaps::theWindowStaysUpAndSaysSo() {
    Workspace workspace(makeCpuBackend());
    MainWindow window(workspace, {});
    window.show();
    const std::string path = file("crash.h5");
    workspace.openModel(path);
    const auto* banner = window.findChild<MessageBanner*>();
    QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible(), 10'000);
    QCOMPARE(banner->text(), QString::fromStdString(path) +
                                 ": reading it crashed the reader (signal 11); the file is damaged or hostile");
    QVERIFY(window.isVisible());
    QVERIFY(!workspace.hasModel());
    QVERIFY(workspace.activity().what.isEmpty());
}

void TestReaderMishaps::theWindowShowsProgressAndItsCancelButtonEndsTheReader() {
    Workspace workspace(makeCpuBackend());
    QSignalSpy problems(&workspace, &Workspace::problem);
    MainWindow window(workspace, {});
    window.show();
    workspace.openModel(file("slow.h5"));
    const auto* activity = window.findChild<QLabel*>(QStringLiteral("activity"));
    QTRY_COMPARE_WITH_TIMEOUT(activity->text(), QString("Opening slow.h5: 3 of 4 MiB"), 10'000);
    const auto* bar = window.findChild<QProgressBar*>(QStringLiteral("progress"));
    QVERIFY(bar->isVisible());
    QCOMPARE(bar->maximum(), 4);
    QVERIFY(bar->value() >= 3);
    QToolButton* cancel = nullptr;
    for (QToolButton* button : window.findChildren<QToolButton*>())
        if (button->text() == "Cancel") cancel = button;
    QVERIFY(cancel != nullptr && cancel->isVisible());
    QTest::mouseClick(cancel, Qt::LeftButton);
    QVERIFY(workspace.activity().what.isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(test::hasNoChildren(), 5'000);
    QVERIFY(!activity->isVisible());
    QCOMPARE(problems.size(), 0);
}

void TestReaderMishaps::closingTheWindowEndsTheReader() {
    // Reading it would go on for ever, and its limit for a file of this size is longer than that of a test.
    const std::string path = file("slow.h5", qint64{2} << 30);
    {
        Workspace workspace(makeCpuBackend());
        MainWindow window(workspace, {});
        window.show();
        workspace.openModel(path);
        QTRY_VERIFY_WITH_TIMEOUT(workspace.activity().done > 0, 10'000);
        QVERIFY(!test::hasNoChildren());
    }
    QVERIFY(test::hasNoChildren());
}

}  // namespace attnscope

QTEST_MAIN(attnscope::TestReaderMishaps)
#include "test_reader_mishaps.moc"
