#include "model_builder.h"

#include <QTest>

using namespace attnscope;
using namespace attnscope::test;

namespace {

/// A Keras 1 archive around a model's config.
Archive keras1(const std::string& modelConfig) {
    Archive archive = archiveOf(modelConfig);
    archive.version = "1.2.2";
    return archive;
}

std::string sequential(const std::string& layers) {
    return R"({"class_name": "Sequential", "config": [)" + layers + "]}";
}

const std::string denseLayer =
    R"({"class_name": "Dense", "config": {"name": "dense_1", "output_dim": 2, "bias": true,
        "batch_input_shape": [null, 3], "activation": "linear"}})";

TensorPtr zeros(Shape shape) {
    return share(Tensor(std::move(shape)));
}

}  // namespace

class Keras1Test : public QObject {
    Q_OBJECT

private slots:
    void entriesGetTheirLaterNames() {
        Archive archive = keras1(sequential(
            denseLayer + R"(, {"class_name": "ZeroPadding1D", "config": {"name": "pad", "padding": {"left_pad": 2}}},
                            {"class_name": "Mine", "config": {"name": "mine", "output_dim": 7, "bias": true}})"));
        const auto model = Model::fromArchive(std::move(archive));
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        QCOMPARE((*model)->layerNamed("dense_1")->config.integer("units").value(), std::int64_t{2});
        QCOMPARE((*model)->layerNamed("dense_1")->config.flag("use_bias", false).value(), true);
        QCOMPARE((*model)->layerNamed("pad")->config.integers("padding").value(), (std::vector<std::int64_t>{2, 0}));
        // A layer that is not Keras's own keeps its words.
        QCOMPARE((*model)->layerNamed("mine")->config.integer("output_dim").value(), std::int64_t{7});
        QCOMPARE((*model)->format(), std::string("Keras HDF5, Keras 1.2.2"));
    }

    void oldestSequentialKeepsTheClassAsName() {
        const auto model = Model::fromArchive(keras1(sequential(
            R"({"name": "Dense", "custom_name": "dense_7", "output_dim": 2, "batch_input_shape": [null, 3]})")));
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        QCOMPARE((*model)->layerNamed("dense_7")->className, std::string("Dense"));
    }

    void modelsInsideOneWithoutNamesAreTold() {
        const std::string inner = sequential(denseLayer);
        const auto model = Model::fromArchive(keras1(sequential(inner + "," + inner)));
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        QVERIFY((*model)->layerNamed("sequential_1/dense_1") != nullptr);
        QVERIFY((*model)->layerNamed("sequential_2/dense_1") != nullptr);
    }

    void aMergeInFrontWithoutModelsIsAnError_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("message");
        const QString models = "config entry layers of the Merge layer: models were expected";
        QTest::newRow("none") << "{}" << models;
        QTest::newRow("null") << "null" << models;
        QTest::newRow("not models") << R"({"layers": [1, 2]})" << models;
        QTest::newRow("an empty model") << R"({"layers": [{"class_name": "Sequential", "config": []}]})"
                                        << "a branch of the Merge layer has no layers";
        QTest::newRow("no shape")
            << R"({"layers": [{"class_name": "Sequential", "config": [{"class_name": "Dense",
                                         "config": {"name": "d"}}]}]})"
            << "the first layer of a branch of the Merge layer: a name and a batch_input_shape were "
               "expected";
        QTest::newRow("two outputs") << R"({"layers": [{"class_name": "Model", "config": {"output_layers": [1, 2]}}]})"
                                     << "a branch of the Merge layer: a model with one output was expected";
    }
    void aMergeInFrontWithoutModelsIsAnError() {
        QFETCH(QString, config);
        QFETCH(QString, message);
        const std::string merge = R"({"class_name": "Merge", "config": )" + config.toStdString() + "}";
        QCOMPARE(QString::fromStdString(problemOf(keras1(sequential(merge)))), message);
    }

    void aMergeOfPythonCodeIsShownNotRun() {
        const auto model = Model::fromArchive(keras1(R"({"class_name": "Model", "config": {"name": "m", "layers": [)" +
                                                     inputEntry("a") + "," + inputEntry("b") + R"(,
            {"class_name": "Merge", "name": "merge_1", "inbound_nodes": [[["a", 0, 0], ["b", 0, 0]]],
             "config": {"name": "merge_1", "mode": "lambda", "mode_type": "lambda"}}],
            "input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["merge_1", 0, 0]]}})"));
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        const auto lowered = lowerModel(**model, {{1, 4}, {1, 4}}, {});
        QVERIFY2(lowered, lowered ? "" : lowered.error().text().c_str());
        QVERIFY(lowered->incomplete);
        QCOMPARE(lowered->incomplete->text(), std::string("layer merge_1 contains Python code; it is shown, not run"));
    }

    void gatesThatDoNotFitStayAsTheyAre() {
        Archive archive = keras1(sequential(R"({"class_name": "LSTM", "config": {"name": "lstm_1", "output_dim": 2,
            "batch_input_shape": [null, 4, 3], "consume_less": "cpu"}})"));
        ArchiveGroup group{"lstm_1", {}};
        for (int gate = 0; gate < 4; ++gate) {
            group.weights.push_back({"W", zeros({3, gate == 2 ? 5 : 2}), true});
            group.weights.push_back({"U", zeros({2, 2}), true});
            group.weights.push_back({"b", zeros({2}), true});
        }
        archive.groups.push_back(group);
        const auto model = Model::fromArchive(std::move(archive));
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        QCOMPARE((*model)->layerNamed("lstm_1")->weights.size(), std::size_t{12});
        const auto lowered = lowerModel(**model, {{1, 4, 3}}, {});
        QVERIFY(lowered && lowered->incomplete);
        QVERIFY(lowered->incomplete->text().starts_with("layer lstm_1: weights found: W (3, 2), U (2, 2), b (2), "));
    }

    void masksThatKerasRefusedAreRefused() {
        const std::string layers = R"({"class_name": "Embedding", "config": {"name": "e", "input_dim": 5,
            "output_dim": 3, "mask_zero": true, "input_length": 4, "batch_input_shape": [null, 4]}},
            {"class_name": "Flatten", "config": {"name": "f"}})";
        const auto problem = [&](const std::string& version) {
            Archive archive = archiveOf(sequential(layers));
            archive.version = version;
            archive.groups.push_back({"e", {{"e/embeddings", zeros({5, 3}), true}}});
            const auto model = Model::fromArchive(std::move(archive));
            if (!model) return model.error().text();
            const auto lowered = lowerModel(**model, {{1, 4}}, {});
            if (!lowered) return lowered.error().text();
            return lowered->incomplete ? lowered->incomplete->text() : std::string();
        };
        QCOMPARE(problem("2.15.0"), std::string());
        QCOMPARE(problem("2.2.4-tf"), std::string());
        QCOMPARE(problem("2.2.4"), std::string("layer f: it is given a mask but does not support masking; "
                                               "Keras 2.2.4 refuses such a model"));
        QCOMPARE(problem("1.2.2"), std::string("layer f: it is given a mask but does not support masking; "
                                               "Keras 1.2.2 refuses such a model"));
    }

    void aMaskInTheWayOfCuDnnIsRefused() {
        Archive archive = archiveOf(sequential(R"({"class_name": "Masking", "config": {"name": "m",
            "batch_input_shape": [null, 4, 3]}}, {"class_name": "CuDNNGRU", "config": {"name": "g", "units": 2}})"));
        const auto model = Model::fromArchive(std::move(archive));
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        const auto lowered = lowerModel(**model, {{1, 4, 3}}, {});
        QVERIFY(lowered && lowered->incomplete);
        QCOMPARE(lowered->incomplete->text(),
                 std::string("layer g: CuDNN layers take no mask, so Keras refuses this model"));
    }

    void cuDnnWeightsDoNotFitAResetBefore() {
        Archive archive = archiveOf(sequential(R"({"class_name": "GRU", "config": {"name": "g", "units": 2,
            "reset_after": false, "batch_input_shape": [null, 4, 3]}})"));
        archive.groups.push_back({"g",
                                  {{"kernel", zeros({3, 6}), true},
                                   {"recurrent_kernel", zeros({2, 6}), true},
                                   {"bias", zeros({12}), true}}});
        const auto model = Model::fromArchive(std::move(archive));
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        const auto lowered = lowerModel(**model, {{1, 4, 3}}, {});
        QVERIFY(lowered && lowered->incomplete);
        QCOMPARE(lowered->incomplete->text(),
                 std::string("layer g: its two biases need reset_after, which is false in its config"));
    }
};

QTEST_GUILESS_MAIN(Keras1Test)
#include "keras1_test.moc"
