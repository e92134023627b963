#include "layers/weight_terms.h"

#include <QtTest/QtTest>

#include <cmath>

using namespace attnscope;

namespace {

Layer layerWith(const char* config, std::string weight, Tensor tensor) {
    Layer layer;
    layer.name = "layer";
    layer.config = Config(nlohmann::json::parse(config));
    layer.weights.push_back({std::move(weight), share(std::move(tensor)), true});
    return layer;
}

WeightTerms only(const Layer& layer) {
    return weightTerms(layer).at(0);
}

}  // namespace

class WeightTermsTest : public QObject {
    Q_OBJECT

private slots:
    void aNumberedWeightIsMatchedByTheNameThatIsGiven() {
        const Layer layer = layerWith(R"({"W_regularizer": "l2"})", "vars/0", Tensor({3}, {1, -2, 3}));
        QCOMPARE(QString::fromStdString(weightTerms(layer)[0].regularizer), QString());
        const WeightTerms named = weightTerms(layer, {"W"})[0];
        QCOMPARE(QString::fromStdString(named.weight), QString("W"));
        QCOMPARE(QString::fromStdString(named.regularizer), QString("l2 0.01"));
    }

    void everyWayToWriteARegularizerIsRead_data() {
        QTest::addColumn<QString>("entry");
        QTest::addColumn<QString>("text");
        QTest::addColumn<float>("penalty");
        // Of the weight (1, −2, 3): Σ|w| = 6, Σw² = 14.
        QTest::newRow("string") << R"("l2")"
                                << "l2 0.01" << 0.14F;
        QTest::newRow("both by string") << R"("l1_l2")"
                                        << "l1 0.01, l2 0.01" << 0.2F;
        QTest::newRow("class") << R"({"class_name": "L2", "config": {"l2": 0.5}})"
                               << "l2 0.5" << 7.0F;
        QTest::newRow("module") << R"({"module": "keras.regularizers", "class_name": "L1", "config": {"l1": 0.5},
            "registered_name": null})"
                                << "l1 0.5" << 3.0F;
        QTest::newRow("L1L2 without factors") << R"({"class_name": "L1L2", "config": {}})"
                                              << "l1 0, l2 0" << 0.0F;
        QTest::newRow("one of two") << R"({"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.25}})"
                                    << "l2 0.25" << 3.5F;
        QTest::newRow("Keras 1") << R"({"name": "WeightRegularizer", "l1": 0.1, "l2": 0.0})"
                                 << "l1 0.1" << 0.6F;
        QTest::newRow("bare factors") << R"({"l1": 0.5, "l2": 1.0})"
                                      << "l1 0.5, l2 1" << 17.0F;
        QTest::newRow("unknown") << R"({"class_name": "MyPenalty", "config": {}})"
                                 << "my penalty" << NAN;
    }
    void everyWayToWriteARegularizerIsRead() {
        QFETCH(QString, entry);
        QFETCH(QString, text);
        QFETCH(float, penalty);
        const std::string config = "{\"kernel_regularizer\": " + entry.toStdString() + "}";
        const WeightTerms terms = only(layerWith(config.c_str(), "dense/kernel:0", Tensor({3}, {1.0F, -2.0F, 3.0F})));
        QCOMPARE(QString::fromStdString(terms.regularizer), text);
        QCOMPARE(terms.penalty.has_value(), !std::isnan(penalty));
        if (terms.penalty) QCOMPARE(*terms.penalty, penalty);
    }

    void anOrthogonalPenaltyIsTheMeanCosineOfDifferentRows() {
        // Rows (1, 0) and (1, 1): cosine 1/√2.
        const char* config =
            R"({"kernel_regularizer": {"class_name": "OrthogonalRegularizer", "config": {"factor": 2.0}}})";
        const WeightTerms terms = only(layerWith(config, "kernel", Tensor({2, 2}, {1.0F, 0.0F, 1.0F, 1.0F})));
        QCOMPARE(*terms.penalty, std::sqrt(2.0F));
    }

    void aConstraintSaysWhetherItHolds_data() {
        QTest::addColumn<QString>("entry");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("holds");
        // Columns of the weight: (3, 4) of norm 5, and (0, 1) of norm 1; rows (3, 0) and (4, 1).
        QTest::newRow("max 5") << R"({"class_name": "MaxNorm", "config": {"max_value": 5.0, "axis": 0}})"
                               << "max norm 5" << true;
        QTest::newRow("max 4.99") << R"({"class_name": "MaxNorm", "config": {"max_value": 4.99, "axis": 0}})"
                                  << "max norm 4.99" << false;
        QTest::newRow("max over rows") << R"({"class_name": "MaxNorm", "config": {"max_value": 4.2, "axis": 1}})"
                                       << "max norm 4.2" << true;
        QTest::newRow("max over all") << R"({"class_name": "MaxNorm", "config": {"max_value": 5.0, "axis": [0, 1]}})"
                                      << "max norm 5" << false;
        QTest::newRow("max over null") << R"({"class_name": "MaxNorm", "config": {"max_value": 5.2, "axis": null}})"
                                       << "max norm 5.2" << true;
        QTest::newRow("non negative") << R"("non_neg")"
                                      << "non neg" << true;
        QTest::newRow("unit") << R"({"class_name": "UnitNorm", "config": {"axis": 0}})"
                              << "unit norm" << false;
        QTest::newRow("between") << R"({"class_name": "MinMaxNorm", "config": {"min_value": 1.0, "max_value": 5.0}})"
                                 << "min max norm 1 to 5" << true;
        QTest::newRow("above") << R"({"class_name": "MinMaxNorm", "config": {"min_value": 2.0, "max_value": 5.0}})"
                               << "min max norm 2 to 5" << false;
    }
    void aConstraintSaysWhetherItHolds() {
        QFETCH(QString, entry);
        QFETCH(QString, text);
        QFETCH(bool, holds);
        const std::string config = "{\"kernel_constraint\": " + entry.toStdString() + "}";
        const WeightTerms terms = only(layerWith(config.c_str(), "kernel", Tensor({2, 2}, {3.0F, 0.0F, 4.0F, 1.0F})));
        QCOMPARE(QString::fromStdString(terms.constraint), text);
        QVERIFY(terms.holds);
        QCOMPARE(*terms.holds, holds);
    }

    void aConstraintOfUnknownKindIsShownAndNotJudged() {
        const WeightTerms terms = only(layerWith(
            R"({"kernel_constraint": {"class_name": "RadialConstraint", "config": {}}})", "kernel", Tensor({2})));
        QCOMPARE(terms.constraint, std::string("radial constraint"));
        QVERIFY(!terms.holds);
    }

    void termsFindTheirWeightByItsName_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("weight");
        QTest::newRow("kernel") << "kernel"
                                << "dense/kernel:0";
        QTest::newRow("recurrent kernel") << "recurrent"
                                          << "lstm/lstm_cell/recurrent_kernel:0";
        QTest::newRow("embeddings") << "embeddings"
                                    << "embedding/embeddings:0";
        QTest::newRow("depthwise kernel") << "depthwise"
                                          << "conv/depthwise_kernel:0";
        QTest::newRow("attention") << "W"
                                   << "attention_1/attention_1_W:0";
    }
    void termsFindTheirWeightByItsName() {
        QFETCH(QString, key);
        QFETCH(QString, weight);
        const std::string config = "{\"" + key.toStdString() + "_initializer\": {\"class_name\": \"GlorotUniform\"}}";
        const WeightTerms terms = only(layerWith(config.c_str(), weight.toStdString(), Tensor({2})));
        QCOMPARE(terms.initializer, std::string("glorot uniform"));
        QCOMPARE(terms.weight, weight.toStdString());
    }

    void aRecurrentKernelHasNotTheTermsOfTheKernel() {
        const WeightTerms terms =
            only(layerWith(R"({"kernel_regularizer": "l2"})", "lstm/recurrent_kernel", Tensor({2})));
        QVERIFY(terms.regularizer.empty());
        QVERIFY(!terms.penalty);
    }
};

QTEST_GUILESS_MAIN(WeightTermsTest)
#include "weight_terms_test.moc"
