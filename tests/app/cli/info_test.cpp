#include "program.h"
#include "records.h"

#include <QRegularExpression>
#include <QtTest>

/// `attnscope info`: what a file holds.
class InfoCliTest : public QObject {
    Q_OBJECT

private slots:
    void infoListsLayersShapesParametersAndSites() {
        const Outcome outcome = run({"info", sentiment});
        QCOMPARE(outcome.status, 0);
        QVERIFY2(outcome.out.contains(QRegularExpression("◉ attention +Attention +\\(32\\)")), qPrintable(outcome.out));
        QVERIFY(outcome.out.contains("embedding"));
        QVERIFY(outcome.out.contains("regulariser l2"));
        const QJsonObject info = json(run({"info", sentiment, "--json"}));
        QCOMPARE(info["sites"].toArray().at(0).toString(), QString("attention"));
        QVERIFY(info["parameters"].toInt() > 384'000);
        QVERIFY(info["tokenizer"].toString().endsWith("tokenizer.json"));
    }

    void weightsTakeTheirArchitectureFromTheFileBesideThem() {
        const QString weights = source + "/tests/fixtures/weights/";
        const Outcome found = run({"info", weights + "sequential_weights.h5"});
        QCOMPARE(found.status, 0);
        QVERIFY2(found.out.contains("Keras HDF5 weights, Keras 2.21.0"), qPrintable(found.out));
        QVERIFY2(found.out.contains("architecture: " + weights + "sequential.json"), qPrintable(found.out));

        for (const auto& [file, format] : {std::pair("sequential.npz", "NumPy weights, Keras 2.21.0"),
                                           std::pair("sequential.weights.h5", "Keras HDF5 weights, Keras 2.21.0"),
                                           std::pair("keras3.weights.h5", "Keras HDF5 weights, Keras 3")}) {
            const Outcome other = run({"info", weights + file});
            QVERIFY2(other.out.contains(format), qPrintable(other.out + other.err));
        }

        const QJsonObject given =
            json(run({"info", weights + "renamed.h5", "--architecture", weights + "twice.json", "--json"}));
        QCOMPARE(given["architecture"].toString(), weights + "twice.json");
        QVERIFY(json(run({"info", sentiment, "--json"}))["architecture"].isNull());
    }

    void infoSaysWhichFormulaReadsALayerAndWhatElseFits() {
        const QString model = golden + "catalogue_seq_weighted.h5";
        const QString said = run({"info", model}).out;
        QVERIFY2(said.contains("◉ attention: formula seq_weighted_attention\n"
                               "    also fits: attention_weighted_average (--layer-formula attention=NAME)"),
                 qPrintable(said));
        const QJsonObject layer = json(run({"info", model, "--json"}))["layers"].toArray().last().toObject();
        QCOMPARE(layer["formula"].toString(), QString("seq_weighted_attention"));
        QCOMPARE(layer["otherFormulas"].toArray(), QJsonArray{"attention_weighted_average"});
        QCOMPARE(layer["config"].toObject()["use_bias"].toBool(), true);

        const QString chosen = run({"info", model, "--layer-formula", "attention=attention_weighted_average"}).out;
        QVERIFY2(chosen.contains("◉ attention: formula attention_weighted_average\n"), qPrintable(chosen));
    }

    void weightsThatAnArchiveOnlyNumbersAreCalledAsTheFormulaCallsThem() {
        const QString said = run({"info", source + "/tests/fixtures/releases/tf213_text.keras"}).out;
        QVERIFY2(said.contains("◉ attention: formula attention_step_dim\n    W (6)\n    b (5)\n"), qPrintable(said));
    }

    void infoListsWhatAFormulaForAnUnknownLayerNeeds() {
        const QString said = run({"info", source + "/tests/fixtures/bad/unknown_layer.h5"}).out;
        QVERIFY2(said.contains("class MysteryLayer is not known; choose a formula for it\n"
                               "      mystery_layer/scale:0 (4)\n      mystery_layer/offset:0 (4)\n"),
                 qPrintable(said));
    }

    void infoShowsPenaltiesAndConstraints() {
        const QJsonObject info = json(run({"info", golden + "attention_l2_max_norm.h5", "--json"}));
        bool seen = false;
        for (const QJsonValue& weight : info["weights"].toArray()) {
            const QJsonObject terms = weight.toObject();
            if (!terms.contains("regularizer") || !terms.contains("constraint")) continue;
            seen = true;
            QVERIFY(terms["penalty"].toDouble() > 0.0);
            QVERIFY(terms.contains("holds"));
        }
        QVERIFY(seen);
    }

    void aModelWithAnUnknownLayerIsStillListed() {
        const Outcome unknown = run({"info", source + "/tests/fixtures/bad/unknown_layer.h5"});
        QCOMPARE(unknown.status, 0);
        QVERIFY2(unknown.out.contains("class MysteryLayer is not known; choose a formula for it"),
                 qPrintable(unknown.out));
        const Outcome lambda = run({"info", source + "/tests/fixtures/bad/lambda.h5"});
        QCOMPARE(lambda.status, 0);
        QVERIFY2(lambda.out.contains("contains Python code; it is shown, not run"), qPrintable(lambda.out));
    }

private:
    Home m_home;
};

QTEST_GUILESS_MAIN(InfoCliTest)
#include "info_test.moc"
