#include "base/text.h"
#include "model_builder.h"

#include <QDir>
#include <QFile>
#include <QtTest>

#include <algorithm>

using namespace attnscope;
using namespace attnscope::test;

namespace {

const QString folder = ATTNSCOPE_SOURCE_DIR "/tests/fixtures/golden/";

Shape shapeOf(const nlohmann::json& tensor) {
    return Shape(tensor["shape"].get<std::vector<std::int64_t>>());
}

}  // namespace

/// What tf_keras saved is understood: structure, weights and shapes of every golden file.
class GoldenModelTest : public QObject {
    Q_OBJECT

private slots:
    void everyGoldenFileBecomesAGraphOfTheRightShapes_data();
    void everyGoldenFileBecomesAGraphOfTheRightShapes();
    void everyWeightGoesToTheLayerThatItsNameSpeaksOf_data();
    void everyWeightGoesToTheLayerThatItsNameSpeaksOf();
    void weightsWithoutNamesAreDealtOutByPosition_data();
    void weightsWithoutNamesAreDealtOutByPosition();
    void parametersAreCountedAsKerasDoes_data();
    void parametersAreCountedAsKerasDoes();
    void aSharedLayerIsCalledTwice();
    void aNestedModelIsALayer();
    void bothHalvesOfABidirectionalHaveTheirWeights();
    void frozenLayersHaveNoTrainableWeights();
    void tokenIdsAreRecognized();
};

void GoldenModelTest::everyGoldenFileBecomesAGraphOfTheRightShapes_data() {
    QTest::addColumn<QString>("name");
    for (const QString& file : QDir(folder).entryList({"*.h5"})) QTest::newRow(qPrintable(file)) << file.chopped(3);
}

void GoldenModelTest::everyGoldenFileBecomesAGraphOfTheRightShapes() {
    QFETCH(QString, name);
    const auto model = goldenModel(name.toStdString());
    QFile file(folder + name + ".json");
    QVERIFY(file.open(QFile::ReadOnly));
    const auto golden = nlohmann::json::parse(file.readAll().toStdString());
    for (const auto& run : golden["runs"]) {
        QCOMPARE(model->inputs().size(), run["inputs"].size());
        std::vector<Shape> shapes;
        for (std::size_t index = 0; index < model->inputs().size(); ++index) {
            QCOMPARE(model->inputs()[index].name, run["inputs"][index]["name"].get<std::string>());
            shapes.push_back(shapeOf(run["inputs"][index]));
        }
        LoweringOptions options = bundledFormulas();
        const auto formulas = golden.value("formulas", nlohmann::json::object());
        for (const auto& [layer, formula] : formulas.items()) options.layerFormulas[layer] = formula.get<std::string>();
        const Result<LoweredModel> lowered = lowerModel(*model, shapes, options);
        QVERIFY2(lowered, lowered ? "" : lowered.error().text().c_str());
        QVERIFY2(!lowered->incomplete, lowered->incomplete ? lowered->incomplete->text().c_str() : "");
        QCOMPARE(lowered->graph.outputs().size(), run["outputs"].size());
        for (std::size_t index = 0; index < lowered->graph.outputs().size(); ++index)
            QCOMPARE(lowered->graph.value(lowered->graph.outputs()[index]).shape, shapeOf(run["outputs"][index]));
    }
}

void GoldenModelTest::everyWeightGoesToTheLayerThatItsNameSpeaksOf_data() {
    QTest::addColumn<QString>("name");
    for (const QString& file : QDir(folder).entryList({"*.h5"})) {
        // Weights of Keras 1 have names of one part, without their layer's.
        if (!file.startsWith("keras1_")) QTest::newRow(qPrintable(file)) << file.chopped(3);
    }
}

void GoldenModelTest::everyWeightGoesToTheLayerThatItsNameSpeaksOf() {
    QFETCH(QString, name);
    const auto model = goldenModel(name.toStdString());
    std::vector<std::shared_ptr<const Layer>> weighted;
    for (const auto& layer : model->layers()) {
        // TimeDistributed gives its own name to the weights of an ordinary layer in it.
        if (layer->inner.size() != 1 || layer->inner[0]->model != nullptr) continue;
        for (const LayerWeight& weight : layer->inner[0]->weights) QVERIFY(weight.name.starts_with(layer->name + "/"));
    }
    collectWeighted(*model, weighted);
    for (const auto& layer : weighted) {
        const bool wrapped = std::ranges::any_of(
            model->layers(), [&](const auto& outer) { return outer->inner.size() == 1 && outer->inner[0] == layer; });
        for (const LayerWeight& weight : layer->weights) {
            if (weight.name == "Variable:0") continue;  // the weights of words, which tf_keras does not name
            const std::vector<std::string> parts = split(weight.name, '/');
            QVERIFY2(wrapped || std::ranges::find(parts, layer->name) != parts.end(),
                     (weight.name + " is in " + layer->name).c_str());
        }
    }
}

void GoldenModelTest::weightsWithoutNamesAreDealtOutByPosition_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"nested_batch_normalization_frozen_none", "nested_batch_normalization_frozen_inner",
                             "nested_batch_normalization_frozen_layer", "nested_batch_normalization_frozen_dense",
                             "twice_nested", "bidirectional_backward_layer", "frozen_batch_normalization"})
        QTest::newRow(name) << name;
}

void GoldenModelTest::weightsWithoutNamesAreDealtOutByPosition() {
    QFETCH(QString, name);
    Archive archive = goldenArchive(name.toStdString());
    const auto byName = Model::fromArchive(archive);
    for (ArchiveGroup& group : archive.groups) {
        group.layer = "group of " + group.layer;
        for (std::size_t index = 0; index < group.weights.size(); ++index)
            group.weights[index].name = "w" + std::to_string(index);
    }
    const auto byPosition = Model::fromArchive(archive);
    QVERIFY2(byPosition, byPosition ? "" : byPosition.error().text().c_str());
    std::vector<std::shared_ptr<const Layer>> expected;
    std::vector<std::shared_ptr<const Layer>> found;
    collectWeighted(**byName, expected);
    collectWeighted(**byPosition, found);
    QCOMPARE(found.size(), expected.size());
    for (std::size_t index = 0; index < expected.size(); ++index) {
        QCOMPARE(found[index]->name, expected[index]->name);
        QCOMPARE(found[index]->weights.size(), expected[index]->weights.size());
        for (std::size_t weight = 0; weight < expected[index]->weights.size(); ++weight) {
            QCOMPARE(found[index]->weights[weight].tensor, expected[index]->weights[weight].tensor);
            QCOMPARE(found[index]->weights[weight].trainable, expected[index]->weights[weight].trainable);
        }
    }
}

void GoldenModelTest::parametersAreCountedAsKerasDoes_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("count");
    // model.count_params() of tf_keras
    QTest::newRow("attention") << "attention" << 12;
    QTest::newRow("attention layer") << "attention_layer" << 56;
    QTest::newRow("a model in TimeDistributed") << "nested_attention" << 289;
    QTest::newRow("a model in a model in a model") << "twice_nested" << 63;
    QTest::newRow("a shared layer") << "shared_layer" << 128;
    QTest::newRow("a shared model") << "shared_nested_model" << 125;
    QTest::newRow("several inputs") << "two_inputs_two_outputs" << 251;
    QTest::newRow("frozen inside") << "nested_batch_normalization_frozen_layer" << 105;
    QTest::newRow("two directions") << "bidirectional_backward_layer" << 240;
    QTest::newRow("none") << "no_layer_weights" << 0;
    QTest::newRow("with an optimizer's state") << "compiled" << 22;
}

void GoldenModelTest::parametersAreCountedAsKerasDoes() {
    QFETCH(QString, name);
    QFETCH(int, count);
    QCOMPARE(goldenModel(name.toStdString())->parameterCount(), std::int64_t{count});
}

void GoldenModelTest::aSharedLayerIsCalledTwice() {
    const auto model = goldenModel("shared_layer");
    const auto dense = std::ranges::find(model->layers(), std::string("shared_dense"), &Layer::name);
    QVERIFY(dense != model->layers().end());
    const auto index = static_cast<std::size_t>(dense - model->layers().begin());
    QCOMPARE(std::ranges::count(model->calls(), index, &LayerCall::layer), 2);
    const Result<LoweredModel> lowered = lowerModel(*model, {{1, 7, 5}, {1, 7, 5}}, {});
    QVERIFY(lowered);
    const auto& outputs = lowered->graph.layerOutputs();
    QCOMPARE(std::ranges::count(outputs, std::string("shared_dense"), &LayerOutput::layer), 2);
}

void GoldenModelTest::aNestedModelIsALayer() {
    const auto model = goldenModel("twice_nested");
    QCOMPARE(model->name(), std::string("outer"));
    const auto& middle = *model->layers()[1];
    QCOMPARE(middle.name, std::string("middle"));
    QVERIFY(middle.model != nullptr);
    QCOMPARE(middle.parameterCount(), std::int64_t{51});
    const auto& innermost = *middle.model->layers()[1];
    QCOMPARE(innermost.name, std::string("innermost"));
    QCOMPARE(innermost.model->layers().size(), std::size_t{3});
    const Result<LoweredModel> lowered = lowerModel(*model, {{2, 5}}, {});
    QVERIFY(lowered);
    const auto& values = lowered->graph.values();
    QVERIFY(std::ranges::any_of(values, [](const Value& value) { return value.layer == "middle/innermost/dense"; }));
}

void GoldenModelTest::bothHalvesOfABidirectionalHaveTheirWeights() {
    const auto model = goldenModel("bidirectional_backward_layer");
    const auto& layer = *model->layers().back();
    QCOMPARE(layer.className, std::string("Bidirectional"));
    QVERIFY(layer.weights.empty());
    QCOMPARE(layer.inner.size(), std::size_t{2});
    for (const auto& [half, prefix] : {std::pair(layer.inner[0], "forward_"), std::pair(layer.inner[1], "backward_")}) {
        QVERIFY(half->name.starts_with(prefix));
        QCOMPARE(half->weights.size(), std::size_t{3});
        QVERIFY(half->weights[0].name.find("/" + half->name + "/") != std::string::npos);
    }
    QCOMPARE(layer.inner[1]->config.flag("go_backwards", false).value(), true);
}

void GoldenModelTest::frozenLayersHaveNoTrainableWeights() {
    const auto model = goldenModel("nested_batch_normalization_frozen_layer");
    std::vector<std::shared_ptr<const Layer>> weighted;
    collectWeighted(*model, weighted);
    int frozen = 0;
    for (const auto& layer : weighted) {
        const auto trainable = std::ranges::count(layer->weights, true, &LayerWeight::trainable);
        if (layer->className == "Dense") QCOMPARE(trainable, 2);
        if (layer->className == "BatchNormalization" && trainable == 0) ++frozen;
        if (layer->className == "BatchNormalization" && trainable != 0) QCOMPARE(trainable, 2);
    }
    QCOMPARE(frozen, 1);
}

void GoldenModelTest::tokenIdsAreRecognized() {
    const auto mixed = goldenModel("two_inputs_two_outputs");
    QVERIFY(mixed->inputs()[0].tokenIds);
    QVERIFY(mixed->inputs()[0].masksZero);
    QVERIFY(mixed->inputs()[0].vocabularySize > 0);
    QVERIFY(!mixed->inputs()[1].tokenIds);
    const auto nested = goldenModel("nested_attention");
    QVERIFY(nested->inputs()[0].tokenIds);
    QCOMPARE(nested->inputs()[0].vocabularySize, std::int64_t{11});
    const auto shared = goldenModel("shared_nested_model");
    QVERIFY(shared->inputs()[0].tokenIds && shared->inputs()[1].tokenIds);
    const auto open = goldenModel("variable_length_embedding");
    QCOMPARE(open->inputs()[0].extents.size(), std::size_t{1});
    QVERIFY(!open->inputs()[0].extents[0].has_value());
}

QTEST_GUILESS_MAIN(GoldenModelTest)
#include "golden_model_test.moc"
