#include "model_builder.h"

#include <QtTest>

#include <algorithm>

using namespace attnscope;
using namespace attnscope::test;

/// Configs written by hand: the spellings of other versions, and what is refused.
class StructureTest : public QObject {
    Q_OBJECT

private slots:
    void aSequentialModelMayBeAList();
    void theFirstLayersShapeStandsForAnInputLayer();
    void buildInputShapeStandsForAnInputLayer();
    void inputsAndOutputsHaveThreeSpellings_data();
    void inputsAndOutputsHaveThreeSpellings();
    void callsAreOrderedByWhatTheyNeed();
    void nestedModelsCountACallBefore_data();
    void nestedModelsCountACallBefore();
    void anExplicitMaskReachesItsCall();
    void whatACallCannotSayIsKeptForItsLowering_data();
    void whatACallCannotSayIsKeptForItsLowering();
    void theVersionDecidesTheEra_data();
    void theVersionDecidesTheEra();
    void badConfigsAreRefused_data();
    void badConfigsAreRefused();
    void aModelWithCodeOfItsOwnIsRefused();
    void weightsThatFitNoLayerAreRefused();
    void numbersThatAreNotFiniteAreRefused();
};

void StructureTest::aSequentialModelMayBeAList() {
    const auto model = Model::fromArchive(archiveOf(R"({"class_name": "Sequential", "config": [
        {"class_name": "Dense", "config": {"name": "d", "units": 2, "batch_input_shape": [null, 3]}}]})"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    QCOMPARE((*model)->name(), std::string("sequential"));
    QCOMPARE((*model)->layers().size(), std::size_t{2});
}

void StructureTest::theFirstLayersShapeStandsForAnInputLayer() {
    Archive archive = archiveOf(R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
        {"class_name": "Bidirectional", "config": {"name": "b", "layer": {"class_name": "LSTM", "config":
            {"name": "l", "units": 2, "batch_input_shape": [null, null, 3]}}}}]}})");
    archive.groups.push_back({"b", std::vector<LayerWeight>(6, {"w", share(Tensor()), true})});
    const auto model = Model::fromArchive(std::move(archive));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const ModelInput& input = (*model)->inputs().front();
    QCOMPARE(input.name, std::string("b_input"));
    QCOMPARE(input.extents.size(), std::size_t{2});
    QVERIFY(!input.extents[0]);
    QCOMPARE(input.extents[1].value_or(0), std::int64_t{3});
}

void StructureTest::buildInputShapeStandsForAnInputLayer() {
    const std::string layers = R"("layers": [{"class_name": "Dense", "config": {"name": "d", "units": 2}}])";
    const auto model = Model::fromArchive(archiveOf(
        R"({"class_name": "Sequential", "config": {"name": "s", "build_input_shape": [null, 3], )" + layers + "}}"));
    QVERIFY(model);
    QCOMPARE((*model)->inputs()[0].extents[0].value_or(0), std::int64_t{3});
    QCOMPARE(
        problemOf(archiveOf(R"({"class_name": "Sequential", "config": {"name": "s", )" + layers + "}}")),
        std::string("layer d: the file does not say what shape goes in; batch_input_shape or build_input_shape was "
                    "expected"));
}

void StructureTest::inputsAndOutputsHaveThreeSpellings_data() {
    QTest::addColumn<QString>("inputs");
    QTest::newRow("a list of references") << R"([["b", 0, 0], ["a", 0, 0]])";
    QTest::newRow("by name, in the names' order") << R"({"z": ["a", 0, 0], "y": ["b", 0, 0]})";
    QTest::newRow("nested lists") << R"([[["b", 0, 0]], ["a", 0, 0]])";
}

void StructureTest::inputsAndOutputsHaveThreeSpellings() {
    QFETCH(QString, inputs);
    const std::string layers = inputEntry("a") + "," + inputEntry("b") + "," +
                               activationEntry("t", R"([[["a", 0, 0, {}]], [["b", 0, 0, {}]]])");
    const auto model = Model::fromArchive(functionalArchive(layers, inputs.toStdString(), R"(["t", 1, 0])"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    QCOMPARE((*model)->inputs()[0].name, std::string("b"));
    QCOMPARE((*model)->inputs()[1].name, std::string("a"));
    QCOMPARE((*model)->outputTensors().size(), std::size_t{1});
    const LayerCall& output = (*model)->calls()[(*model)->outputTensors()[0].call];
    QCOMPARE((*model)->layers()[(*model)->calls()[output.inputs[0].call].layer]->name, std::string("b"));
}

void StructureTest::callsAreOrderedByWhatTheyNeed() {
    const std::string layers = activationEntry("last", R"([[["first", 0, 0, {}]]])") + "," +
                               activationEntry("first", R"([[["x", 0, 0]]])") + "," + inputEntry("x");
    const auto model = Model::fromArchive(functionalArchive(layers, R"([["x", 0, 0]])", R"([["last", 0, 0]])"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    for (std::size_t call = 0; call < (*model)->calls().size(); ++call)
        for (const TensorRef& input : (*model)->calls()[call].inputs) QVERIFY(input.call < call);
}

void StructureTest::nestedModelsCountACallBefore_data() {
    QTest::addColumn<int>("first");
    QTest::newRow("as tf_keras writes it") << 1;
    QTest::newRow("a Sequential whose input came late") << 0;
}

void StructureTest::nestedModelsCountACallBefore() {
    QFETCH(int, first);
    const std::string inner =
        R"({"class_name": "Sequential", "name": "inner", "config": {"name": "inner", "layers": [)" + inputEntry("i") +
        "," + activationEntry("t", "[]") + R"(]}, "inbound_nodes": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]})";
    const auto reference = [&](int call) { return R"(["inner", )" + std::to_string(first + call) + ", 0]"; };
    const auto model = Model::fromArchive(functionalArchive(inputEntry("a") + "," + inputEntry("b") + "," + inner,
                                                            R"([["a", 0, 0], ["b", 0, 0]])",
                                                            "[" + reference(1) + "," + reference(0) + "]"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const auto source = [&](std::size_t output) {
        const LayerCall& call = (*model)->calls()[(*model)->outputTensors()[output].call];
        return (*model)->layers()[(*model)->calls()[call.inputs[0].call].layer]->name;
    };
    QCOMPARE(source(0), std::string("b"));
    QCOMPARE(source(1), std::string("a"));
}

void StructureTest::anExplicitMaskReachesItsCall() {
    const std::string layers = inputEntry("x", "[null, 5, 4]") + "," + inputEntry("m", "[null, 5]") +
                               R"(,{"class_name": "GlobalAveragePooling1D", "name": "g", "config": {"name": "g"},
                                    "inbound_nodes": [[["x", 0, 0, {"mask": ["m", 0, 0]}]]]})";
    const auto model =
        Model::fromArchive(functionalArchive(layers, R"([["x", 0, 0], ["m", 0, 0]])", R"([["g", 0, 0]])"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const LayerCall& call = (*model)->calls().back();
    QCOMPARE(call.masks.size(), std::size_t{1});
    const Result<LoweredModel> lowered = lowerModel(**model, {{2, 5, 4}, {2, 5}}, {});
    QVERIFY(lowered && !lowered->incomplete);
    const ValueId mask = lowered->graph.inputs()[1];
    QVERIFY(std::ranges::any_of(lowered->graph.nodes(), [&](const Node& node) {
        return std::ranges::find(node.inputs, mask) != node.inputs.end();
    }));
}

void StructureTest::whatACallCannotSayIsKeptForItsLowering_data() {
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("message");
    QTest::newRow("a constant") << R"([["x", 0, 0, {}], ["_CONSTANT_VALUE", -1, 2.5, {}]])"
                                << "layer t: one of its inputs is a constant, which is not supported yet";
    QTest::newRow("a tensor by keyword")
        << R"([["x", 0, 0, {"value": ["x", 0, 0]}]])"
        << "layer t: it is given a tensor as its argument value, which is not supported yet";
    QTest::newRow("an output that is not there") << R"([["x", 0, 3, {}]])"
                                                 << "layer x: output 3 is used, but it gives 1";
}

void StructureTest::whatACallCannotSayIsKeptForItsLowering() {
    QFETCH(QString, node);
    QFETCH(QString, message);
    const std::string layers = inputEntry("x") + "," + activationEntry("t", "[" + node.toStdString() + "]");
    const auto model = Model::fromArchive(functionalArchive(layers, R"([["x", 0, 0]])", R"([["t", 0, 0]])"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const Result<LoweredModel> lowered = lowerModel(**model, {{1, 4}}, {});
    QVERIFY(lowered && lowered->incomplete);
    QCOMPARE(QString::fromStdString(lowered->incomplete->text()), message);
}

void StructureTest::theVersionDecidesTheEra_data() {
    QTest::addColumn<QString>("version");
    QTest::addColumn<QString>("problem");
    QTest::addColumn<bool>("resetAfter");
    QTest::addColumn<QString>("activation");
    QTest::newRow("standalone 2.2") << "2.2.5"
                                    << "" << false << "hard_sigmoid";
    QTest::newRow("standalone 2.3") << "2.3.1"
                                    << "" << false << "sigmoid";
    QTest::newRow("first tf.keras") << "2.2.4-tf"
                                    << "" << true << "sigmoid";
    QTest::newRow("tf_keras") << "2.21.0"
                              << "" << true << "sigmoid";
    QTest::newRow("Keras 3") << "3.4.1"
                             << "" << true << "sigmoid";
    QTest::newRow("Keras 1.2") << "1.2.2"
                               << "" << false << "hard_sigmoid";
    QTest::newRow("Keras 1.0, which did not say so") << ""
                                                     << "" << false << "hard_sigmoid";
    QTest::newRow("Keras 4") << "4.0.0"
                             << "saved by Keras 4.0.0; Keras 1, 2 or 3 was expected" << false << "";
    QTest::newRow("nonsense") << "two"
                              << "saved by Keras two; Keras 1, 2 or 3 was expected" << false << "";
}

void StructureTest::theVersionDecidesTheEra() {
    QFETCH(QString, version);
    QFETCH(QString, problem);
    QFETCH(bool, resetAfter);
    QFETCH(QString, activation);
    Archive archive = goldenArchive("dense");
    archive.version = version.toStdString();
    const auto model = Model::fromArchive(std::move(archive));
    QCOMPARE(QString::fromStdString(model ? "" : model.error().text()), problem);
    if (!model) return;
    QCOMPARE((*model)->era().gruResetAfterDefault, resetAfter);
    QCOMPARE(QString::fromStdString((*model)->era().recurrentActivationDefault), activation);
    QCOMPARE((*model)->era().hardSigmoid3, version.startsWith('3'));
    const std::string shown = version.isEmpty() ? "1" : version.toStdString();
    QCOMPARE((*model)->format(), "Keras HDF5, Keras " + shown);
}

void StructureTest::badConfigsAreRefused_data() {
    QTest::addColumn<QString>("layers");
    QTest::addColumn<QString>("outputs");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const std::string& layers, const char* outputs, const char* message) {
        QTest::newRow(name) << QString::fromStdString(layers) << outputs << message;
    };
    const std::string x = inputEntry("x") + ",";
    const char* t = R"([["t", 0, 0]])";
    row("a cycle",
        x + activationEntry("t", R"([[["u", 0, 0, {}]]])") + "," + activationEntry("u", R"([[["t", 0, 0, {}]]])"), t,
        "layer t: its input depends on its own output");
    row("a layer that is not there", x + activationEntry("t", R"([[["y", 0, 0, {}]]])"), t,
        "layer t: refers to layer 'y', which the model does not have");
    row("a call that is not there", x + activationEntry("t", R"([[["x", 7, 0, {}]]])"), t,
        "layer t: refers to call 7 of layer 'x', which has 1");
    row("an output that is not there", x + activationEntry("t", R"([[["x", 0, 0, {}]]])"), R"([["v", 0, 0]])",
        "config entry output_layers: refers to layer 'v', which the model does not have");
    row("no output", x + activationEntry("t", R"([[["x", 0, 0, {}]]])"), "[]", "config entry output_layers: is empty");
    row("two layers of one name", x + activationEntry("x", "[]"), t, "two layers are named 'x'");
    row("a node that is a number", x + activationEntry("t", "[7]"), t,
        "layer t: config entry inbound_nodes: a reference such as [\"layer\", 0, 0] was expected");
    row("inbound_nodes that is no list", x + activationEntry("t", "7"), t,
        "layer t: config entry inbound_nodes: a list was expected");
    row("a layer without a class", x + R"({"name": "t", "config": {}})", t, "a layer without class_name");
    row("a layer without config", x + R"({"name": "t", "class_name": "Dense"})", t,
        "a layer of class Dense without config");
    row("config that is a list", x + R"({"name": "t", "class_name": "Dense", "config": []})", t,
        "a layer of class Dense without config");
    row("a name of two lines", x + activationEntry("a\\nb", "[]"), t,
        "a layer's name or class is empty or holds control characters");
    row("an extent below 1", inputEntry("x", "[null, 0]"), R"([["x", 0, 0]])",
        "layer x: config entry batch_input_shape: axis 1 was expected to be a length or null");
    row("an input that is not listed", x + inputEntry("z"), R"([["x", 0, 0]])",
        "layer z: an InputLayer that input_layers does not list");
    row("layers that are no list", R"({"class_name": "Sequential", "name": "s", "config": {"layers": 3}})", t,
        "layer s: config entry layers: a list was expected");
    row("units that are no number",
        x + R"({"class_name": "Sequential", "name": "s", "config": {"name": "s", "layers": [)" + inputEntry("i") +
            R"(, {"class_name": "Dense", "config": {"name": "d", "use_bias": "yes"}}]},
                                           "inbound_nodes": []})",
        R"([["x", 0, 0]])", "layer s: config entry use_bias: \"yes\" found, true or false expected");
}

void StructureTest::badConfigsAreRefused() {
    QFETCH(QString, layers);
    QFETCH(QString, outputs);
    QFETCH(QString, message);
    QCOMPARE(QString::fromStdString(
                 problemOf(functionalArchive(layers.toStdString(), R"([["x", 0, 0]])", outputs.toStdString()))),
             message);
}

void StructureTest::aModelWithCodeOfItsOwnIsRefused() {
    QCOMPARE(
        problemOf(archiveOf(R"({"class_name": "MyModel", "config": {"name": "m"}})")),
        std::string("the model is of class MyModel, whose code is not in the file; a Sequential or functional model "
                    "was expected"));
    QCOMPARE(problemOf(archiveOf("[]")), std::string("model_config: a layer without class_name"));
}

void StructureTest::weightsThatFitNoLayerAreRefused() {
    Archive extra = goldenArchive("twice_nested");
    extra.groups.push_back({"elsewhere", {{"w", share(Tensor({2}, 1.0F)), true}}});
    QCOMPARE(problemOf(std::move(extra)),
             std::string("weights of 3 layers found, 2 expected; their names do not fit either"));
    Archive missing = goldenArchive("twice_nested");
    missing.groups.front().weights.pop_back();
    QCOMPARE(problemOf(std::move(missing)),
             std::string("layer middle: 5 weights found, 6 expected for the layers inside"));
}

void StructureTest::numbersThatAreNotFiniteAreRefused() {
    Archive archive = goldenArchive("dense");
    LayerWeight& weight = archive.groups.back().weights.front();
    Tensor changed = *weight.tensor;
    changed[static_cast<std::size_t>(changed.dim(1)) + 1] = std::numeric_limits<float>::quiet_NaN();
    weight.tensor = share(std::move(changed));
    QCOMPARE(problemOf(std::move(archive)),
             std::string("layer dense: weight dense/kernel:0[1, 1] is not a number; finite numbers were expected"));
}

QTEST_GUILESS_MAIN(StructureTest)
#include "structure_test.moc"
