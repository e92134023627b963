#include "program.h"
#include "records.h"

#include <QDir>
#include <QImage>
#include <QProcess>
#include <QtTest>

#include <sys/resource.h>
#include <csignal>

using attnscope::test::contentOf;

/// `attnscope export`: figures and data as files.
class ExportCliTest : public QObject {
    Q_OBJECT

private slots:
    void exportWritesEveryKindOfFile_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("view");
        for (const char* view : {"text", "heatmap", "stages", "output", "mask"}) {
            QTest::addRow("Attention, %s", view) << sentiment << view;
            QTest::addRow("AttentionLayer, %s", view) << square << view;
        }
    }
    void exportWritesEveryKindOfFile() {
        QFETCH(QString, model);
        QFETCH(QString, view);
        QTemporaryDir folder;
        for (const QString suffix : {"png", "svg", "pdf", "csv", "npy", "json"}) {
            const QString path = folder.filePath("figure." + suffix);
            const Outcome outcome =
                run({"export", model, "--texts", reviews, "--index", "1", "--view", view, "-o", path});
            QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
            const QByteArray bytes = contentOf(path);
            QVERIFY(!bytes.isEmpty());
            if (suffix == "png") QVERIFY(QImage(path).width() > 200);
            if (suffix == "svg" && (view == "text" || view == "heatmap")) QVERIFY(bytes.contains("beautifully"));
            if (suffix == "npy") QVERIFY(bytes.startsWith("\x93NUMPY"));
            if (suffix == "json") QVERIFY(QJsonDocument::fromJson(bytes).object().contains("sites"));
        }
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 6);
    }

    void aDiskThatFillsUpLeavesNothingHalfWritten_data() {
        QTest::addColumn<QString>("suffix");
        for (const char* suffix : {"png", "svg", "pdf", "csv", "npy", "json"}) QTest::newRow(suffix) << suffix;
    }
    void aDiskThatFillsUpLeavesNothingHalfWritten() {
        QFETCH(QString, suffix);
        QTemporaryDir folder;
        const QString fresh = folder.filePath("fresh." + suffix);
        const QString old = written(folder, "old." + suffix, "what was there before");
        for (const QString& path : {fresh, old}) {
            QProcess process;
            process.setChildProcessModifier([] {
                // As on a full disk, the file takes some bytes and then no more.
                const rlimit few{100, 100};
                setrlimit(RLIMIT_FSIZE, &few);
                std::signal(SIGXFSZ, SIG_IGN);
            });
            process.start(QStringLiteral(ATTNSCOPE_PROGRAM), {"export", sentiment, "--texts", reviews, "-o", path});
            QVERIFY(process.waitForFinished(60'000));
            QCOMPARE(process.exitStatus(), QProcess::NormalExit);
            QCOMPARE(process.exitCode(), 1);
            const QString error = QString::fromUtf8(process.readAllStandardError());
            QVERIFY2(error.startsWith("attnscope: " + path + ": cannot be written: "), qPrintable(error));
            QCOMPARE(error.count('\n'), 1);
        }
        QCOMPARE(contentOf(old), QByteArray("what was there before"));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"old." + suffix});
    }

private:
    Home m_home;
};

QTEST_GUILESS_MAIN(ExportCliTest)
#include "export_test.moc"
