#include "program.h"
#include "records.h"

#include <QDir>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QtTest>

namespace {

using attnscope::test::contentOf;
using attnscope::test::writeFile;

constexpr auto own = R"(# every timestep the same
input    x[t,f]
e[t] = 0 * sum(f: x[t,f])
a[t] = softmax(t: e[t])
c[f] = sum(t: a[t] * x[t,f])
site     score e, weights a, values x, output c
)";

QJsonObject siteNamed(const QJsonObject& record, const QString& name) {
    for (const QJsonValue& site : record["sites"].toArray()) {
        if (site.toObject()["name"].toString() == name) return site.toObject();
    }
    return {};
}

}  // namespace

/// The catalogue and new layers, as a script uses them.
class FormulasCliTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        QDir(formulas()).removeRecursively();
        QVERIFY(QDir().mkpath(formulas()));
    }

    void theCatalogueIsListed() {
        const Outcome outcome = run({"formulas"});
        QCOMPARE(outcome.status, 0);
        QVERIFY(outcome.out.contains("attention_step_dim  "));
        QVERIFY(outcome.out.contains("class Attention, AttentionWithBias"));
        QVERIFY2(outcome.out.contains(formulas()), qPrintable(outcome.out));
    }

    void oneIsPrintedWithItsSource() {
        const QByteArray file = contentOf(source + QStringLiteral("/resources/formulas/attention_step_dim.formula"));
        QVERIFY(!file.isEmpty());
        QCOMPARE(run({"formulas", "attention_step_dim"}).out, QString::fromUtf8(file));
        const Outcome missing = run({"formulas", "nothing"});
        QCOMPARE(missing.status, 1);
        QVERIFY(missing.err.contains("no formula 'nothing'"));
        QCOMPARE(run({"formulas", "one", "two"}).status, 2);
    }

    void onesOwnFilesBelongToTheCatalogue() {
        write("uniform", own);
        write("attention_step_dim", QByteArray(own).replace("every timestep", "mine: every timestep"));
        write("broken", "e[t] = \n");
        const Outcome outcome = run({"formulas"});
        QCOMPARE(outcome.status, 0);
        QVERIFY(outcome.out.contains("uniform "));
        QVERIFY(outcome.out.contains("mine: every timestep"));  // it wins over the bundled one
        QVERIFY2(outcome.out.contains("broken:1:8"), qPrintable(outcome.out));
        const Outcome broken = run({"info", sentiment, "--layer-formula", "attention=broken"});
        QCOMPARE(broken.status, 1);
        QVERIFY2(broken.err.contains("broken:1:8"), qPrintable(broken.err));
    }

    void aNewLayerIsASiteBesideTheModel() {
        write("uniform", own);
        const QStringList text{"--text", "a lovely film", "--json"};
        const QJsonObject plain = json(run(QStringList{"inspect", sentiment} + text));
        const QJsonObject record = json(run(QStringList{"inspect", sentiment, "--new-layer", "uniform", "--new-layer",
                                                        "attention_step_dim@bidirectional", "--seed", "3"} +
                                            text));
        QCOMPARE(record["prediction"], plain["prediction"]);
        QCOMPARE(siteNamed(record, "new_1")["formula"].toString(), QString("uniform"));
        QCOMPARE(siteNamed(record, "new_2")["class"].toString(), QString("New layer"));
        const QJsonArray weights = siteNamed(record, "new_1")["weights"].toObject()["data"].toArray();
        QVERIFY(std::abs(weights.at(0).toDouble() * static_cast<double>(weights.size()) - 1.0) < 1e-5);
        QVERIFY(run({"info", sentiment, "--new-layer", "uniform"}).out.contains("New layer"));
        const QJsonArray layers =
            json(run({"info", sentiment, "--new-layer", "uniform", "--json"}))["layers"].toArray();
        QCOMPARE(layers.last().toObject()["formula"].toString(), QString("uniform"));
    }

    void aSequenceNeedsNoModel() {
        const QStringList command{"inspect", recording, "--new-layer", "attention_step_dim", "--json"};
        const QJsonObject record = json(run(command));
        QCOMPARE(siteNamed(record, "new_1")["weights"].toObject()["data"].toArray().size(), 120);
        QVERIFY(record["prediction"].toArray().isEmpty());
        const QJsonObject zeros = json(run(command + QStringList{"--init", "zeros"}));
        QVERIFY(siteNamed(zeros, "new_1")["score"] != siteNamed(record, "new_1")["score"]);
        QCOMPARE(json(run(command))["sites"], record["sites"]);
        QVERIFY(json(run(command + QStringList{"--seed", "1"}))["sites"] != record["sites"]);
    }

    void aFormulaTakesThePlaceOfPythonCode() {
        write("uniform", own);
        const QString input = m_home.folder.filePath("x.csv");
        QByteArray matrix;
        for (int row = 0; row < 6; ++row) matrix += QByteArray::number(row) + ",1,2,-1,0.5\n";
        writeFile(input, matrix);
        const QStringList command{"inspect", source + "/tests/fixtures/bad/lambda.keras", "--input", input, "--json"};
        const auto outputs = [](const QJsonObject& record) {
            QStringList names;
            for (const QJsonValue& prediction : record["prediction"].toArray())
                names << prediction.toObject()["output"].toString();
            return names;
        };
        // Up to the code, everything is evaluated.
        const Outcome partly = run(command);
        QCOMPARE(partly.status, 0);
        QCOMPARE(outputs(json(partly)), QStringList{"beside"});
        QVERIFY(partly.out.contains("layer code contains Python code; it is shown, not run"));
        const QJsonObject record = json(run(command + QStringList{"--layer-formula", "code=uniform"}));
        QCOMPARE(outputs(record), (QStringList{"beside", "after"}));
        QCOMPARE(siteNamed(record, "code")["formula"].toString(), QString("uniform"));
        // A layer inside another is meant by its path or its own name; the wrapper itself can be replaced, too.
        const QJsonObject wrapped = json(run(command + QStringList{"--layer-formula", "each=uniform"}));
        QCOMPARE(outputs(wrapped), (QStringList{"beside", "each"}));
        const QJsonObject nested = json(run(command + QStringList{"--layer-formula", "nested/last=uniform"}));
        QCOMPARE(outputs(nested), (QStringList{"beside", "nested/last"}));
    }

    void wrongNewLayersSayWhy_data() {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QString>("why");
        QTest::newRow("formula") << QStringList{"--new-layer", "nothing"} << "no formula 'nothing'";
        QTest::newRow("layer") << QStringList{"--new-layer", "attention_step_dim@nowhere"} << "no layer 'nowhere'";
        QTest::newRow("alone") << QStringList{"--seed", "1"} << "use it with --new-layer";
        QTest::newRow("seed") << QStringList{"--new-layer", "attention_step_dim", "--seed", "x"} << "whole number";
        QTest::newRow("init") << QStringList{"--new-layer", "attention_step_dim", "--init", "x"} << "glorot_uniform";
        QTest::newRow("extent") << QStringList{"--new-layer", "attention_step_dim", "--extent", "h"} << "INDEX=NUMBER";
    }

    void wrongNewLayersSayWhy() {
        QFETCH(QStringList, options);
        QFETCH(QString, why);
        const Outcome outcome = run(QStringList{"info", sentiment} + options);
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains(why), qPrintable(outcome.err));
    }

private:
    [[nodiscard]] QString formulas() const { return m_home.folder.filePath("attnscope/attnscope/formulas"); }
    void write(const QString& name, const QByteArray& text) const {
        writeFile(formulas() + QLatin1Char('/') + name + QStringLiteral(".formula"), text);
    }

    Home m_home;
};

QTEST_GUILESS_MAIN(FormulasCliTest)
#include "formulas_test.moc"
