#include "program.h"
#include "records.h"

#include <QProcess>
#include <QtTest>

/// What holds of every command: errors and wrong usage.
class CliTest : public QObject {
    Q_OBJECT

private slots:
    void badInputGivesOneLineThatNamesIt_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("says");
        const QString bad = source + "/tests/fixtures/bad/";
        const QString weights = source + "/tests/fixtures/weights/";
        const QStringList text{"--text", "fine"};
        QTest::newRow("missing file") << QStringList{"info", "/nowhere/model.h5"} << "/nowhere/model.h5";
        QTest::newRow("a folder") << QStringList{"info", "/tmp"} << "/tmp";
        QTest::newRow("empty") << QStringList{"info", bad + "empty.h5"} << "empty.h5";
        QTest::newRow("not HDF5") << QStringList{"info", bad + "not_hdf5.h5"} << "not_hdf5.h5";
        QTest::newRow("truncated") << QStringList{"info", bad + "truncated.h5"} << "truncated.h5";
        QTest::newRow("no model") << QStringList{"info", bad + "no_model.h5"} << "no_model.h5";
        QTest::newRow("weights only") << QStringList{"info", weights + "renamed.h5"} << "--architecture FILE.json";
        QTest::newRow("architecture of other weights")
            << QStringList{"info", weights + "renamed.h5", "--architecture", weights + "branches_config.json"}
            << "renamed.h5 with the architecture " + weights +
                   "branches_config.json: weights of 2 layers found, 5 expected";
        QTest::newRow("no architecture") << QStringList{"info", weights + "renamed.h5", "--architecture",
                                                        weights + "keras1.h5"}
                                         << "keras1.h5: not valid JSON";
        QTest::newRow("architecture of a whole model")
            << QStringList{"info", sentiment, "--architecture", weights + "keras1.json"} << "holds a model of its own";
        QTest::newRow("wrong shape") << QStringList{"inspect", bad + "wrong_shape.h5", "--ids", "1"} << "expected";
        QTest::newRow("huge weight") << QStringList{"info", bad + "huge_weight.h5"} << "huge_weight.h5";
        QTest::newRow("external link") << QStringList{"info", bad + "external_link.h5"} << "link";
        QTest::newRow("soft link") << QStringList{"info", bad + "soft_link.h5"} << "link";
        QTest::newRow("not JSON") << QStringList{"info", bad + "config_not_json.h5"} << "config_not_json.h5";
        QTest::newRow("no tokenizer") << QStringList{"inspect", golden + "sentiment_attention.h5", "--text", "word"}
                                      << "tokenizer";
        QTest::newRow("id beyond the embedding") << QStringList{"inspect", sentiment, "--ids", "3 999999"} << "999999";
        QTest::newRow("bad ids") << QStringList{"inspect", sentiment, "--ids", "3 x"} << "x";
        QTest::newRow("no such site") << (QStringList{"inspect", sentiment, "--site", "nope"} + text) << "nope";
        QTest::newRow("mask beyond the end") << (QStringList{"inspect", sentiment, "--mask", "77"} + text) << "77";
        QTest::newRow("set of nothing") << (QStringList{"inspect", sentiment, "--set", "V[1]=2"} + text)
                                        << "'V'; site attention has x,";
        QTest::newRow("index") << QStringList{"inspect", sentiment, "--texts", reviews, "--index", "99"} << "99";
        QTest::newRow("no input") << QStringList{"inspect", sentiment} << "--text";
        QTest::newRow("device") << (QStringList{"inspect", sentiment, "--device", "abacus"} + text) << "abacus";
        QTest::newRow("unwritable") << (QStringList{"export", sentiment, "-o", "/nowhere/figure.png"} + text)
                                    << "/nowhere/figure.png";
        QTest::newRow("unknown suffix") << (QStringList{"export", sentiment, "-o", "/tmp/figure.bmp"} + text)
                                        << ".bmp: expected .png, .svg, .pdf, .csv, .npy or .json";
        QTest::newRow("set of what is no number")
            << (QStringList{"inspect", sentiment, "--set", "W[1]=1e99"} + text) << "'1e99' found";
        QTest::newRow("index of no file")
            << (QStringList{"inspect", sentiment, "--index", "2"} + text) << "--texts FILE";
        QTest::newRow("no formula") << QStringList{"info", sentiment, "--layer-formula", "attention=x"}
                                    << "attention_step_dim";
        QTest::newRow("no layer") << QStringList{"info", sentiment, "--layer-formula", "x=attention_step_dim"} << "'x'";
        QTest::newRow("device of info") << QStringList{"info", sentiment, "--device", "abacus"} << "abacus";
        QTest::newRow("disk full") << (QStringList{"export", sentiment, "-o", "/dev/full"} + text) << "/dev/full";
        QTest::newRow("no view") << (QStringList{"export", sentiment, "--view", "sound", "-o", "/tmp/x.png"} + text)
                                 << "sound";
        QTest::newRow("colour map") << (QStringList{"export", sentiment, "--color-map", "jet", "-o", "/tmp/x.png"} +
                                        text)
                                    << "jet";
    }
    void badInputGivesOneLineThatNamesIt() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, says);
        const Outcome outcome = run(arguments);
        QVERIFY2(outcome.status == 1, qPrintable(QString::number(outcome.status) + " " + outcome.err));
        QVERIFY2(outcome.err.startsWith("attnscope: "), qPrintable(outcome.err));
        QCOMPARE(outcome.err.count('\n'), 1);
        QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
        QVERIFY(outcome.out.isEmpty());
    }

    void withoutADisplayTheWindowSaysSo() {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) environment.remove(variable);
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(ATTNSCOPE_PROGRAM), {sentiment});
        QVERIFY(process.waitForFinished(30'000));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().startsWith("attnscope: there is no display"));
    }

    void wrongUsageIsStatusTwo() {
        QCOMPARE(run({"info"}).status, 2);
        QCOMPARE(run({"inspect", sentiment, "--no-such-option"}).status, 2);
        QCOMPARE(run({"info", sentiment, "more"}).status, 2);
        QCOMPARE(run({"inspect", sentiment, "--text", "x", "--site", "attention", "--site", "b"}).status, 2);
        QCOMPARE(run({"--help"}).status, 0);
        QVERIFY(run({"inspect", "--help"}).out.startsWith("Usage: attnscope inspect MODEL INPUT [options]\n"));
        QVERIFY(run({"export", "--help"}).out.contains("--view"));
        QCOMPARE(run({"devices"}).status, 0);
        QVERIFY(run({"devices"}).out.startsWith("cpu"));
    }

private:
    Home m_home;
};

QTEST_GUILESS_MAIN(CliTest)
#include "cli_test.moc"
