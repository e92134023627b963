#include "fake_lowering.h"
#include "layers/activations.h"
#include "layers/refused_layers.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <fstream>
#include <set>

using namespace attnscope;
using namespace attnscope::test;

namespace {

/// Classes that are no layer of a model: what others derive from, cells that an RNN runs, and what a model reads first.
const std::set<std::string, std::less<>> noLayers{
    "AbstractRNNCell", "Container", "ConvLSTM2DCell", "ConvRNN2D",     "GRUCell",         "InputLayer", "InputSpec",
    "LSTMCell",        "Layer",     "Recurrent",      "SimpleRNNCell", "StackedRNNCells", "Wrapper",
};

nlohmann::json keras() {
    std::ifstream file(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/keras_layers.json");
    return nlohmann::json::parse(file);
}

bool isKnown(std::string_view className) {
    return std::ranges::find(layerTable(), className, &LayerRow::className) != layerTable().end();
}

void addRows(const nlohmann::json& versions) {
    QTest::addColumn<QString>("name");
    for (const auto& [version, names] : versions.items()) {
        for (const auto& name : names) {
            const auto text = QString::fromStdString(name.get<std::string>());
            QTest::newRow(qPrintable(QString::fromStdString(version) + " " + text)) << text;
        }
    }
}

}  // namespace

class KnownClassesTest : public QObject {
    Q_OBJECT

private slots:
    void everyLayerOfKerasIsKnownOrRefusedForAReason_data() { addRows(keras()["layers"]); }
    void everyLayerOfKerasIsKnownOrRefusedForAReason() {
        QFETCH(QString, name);
        const std::string className = name.toStdString();
        const int answers = (isKnown(className) ? 1 : 0) + (findRefusedLayer(className) != nullptr ? 1 : 0);
        QCOMPARE(answers, noLayers.contains(className) ? 0 : 1);
    }

    void whatIsRefusedSaysWhy_data() {
        QTest::addColumn<QString>("className");
        QTest::addColumn<QString>("message");
        QTest::addColumn<ErrorCode>("code");
        QTest::newRow("film")
            << "Conv3D"
            << "layer x works on films or volumes, which are not read; texts and sequences of features are"
            << ErrorCode::Unsupported;
        QTest::newRow("code") << "TorchModuleWrapper"
                              << "layer x contains a module of PyTorch, which is Python code; it is shown, not run"
                              << ErrorCode::PythonCode;
        QTest::newRow("elsewhere")
            << "TFSMLayer"
            << "layer x runs a SavedModel of TensorFlow, which is not in this file; it is shown, not run"
            << ErrorCode::PythonCode;
    }
    void whatIsRefusedSaysWhy() {
        QFETCH(QString, className);
        QFETCH(QString, message);
        QFETCH(ErrorCode, code);
        FakeLowering lowering;
        Layer layer;
        layer.name = "x";
        layer.className = className.toStdString();
        const auto outputs = lowering.lower(layer, {{lowering.given("x", Tensor({1, 2, 3})), std::nullopt}});
        QVERIFY(!outputs);
        QCOMPARE(QString::fromStdString(outputs.error().text()), message);
        QCOMPARE(outputs.error().code, code);
    }

    void someoneElsesClassOfARefusedNameIsUnknown() {
        FakeLowering lowering;
        Layer layer;
        layer.name = "x";
        layer.className = "Pipeline";
        layer.custom = true;
        const auto outputs = lowering.lower(layer, {{lowering.given("x", Tensor({1, 2, 3})), std::nullopt}});
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().code, ErrorCode::UnknownLayer);
    }

    void everyReasonIsGivenOnce() {
        std::set<std::string_view> names;
        for (const RefusedLayer& row : refusedLayers())
            QVERIFY2(names.insert(row.className).second, row.className.data());
    }

    void everyActivationOfKerasIsKnown_data() { addRows(keras()["activations"]); }
    void everyActivationOfKerasIsKnown() {
        QFETCH(QString, name);
        FakeLowering lowering;
        Config config(nlohmann::json{{"activation", name.toStdString()}});
        const auto y = activate(lowering, config, lowering.given("x", Tensor({1, 2})));
        if (name == "threshold") {
            QVERIFY(!y);
            QCOMPARE(
                y.error().text(),
                std::string("config entry activation: 'threshold' needs two numbers, which a layer does not give it"));
        } else {
            QVERIFY2(y, y ? "" : y.error().text().c_str());
        }
    }
};

QTEST_GUILESS_MAIN(KnownClassesTest)
#include "known_classes_test.moc"
