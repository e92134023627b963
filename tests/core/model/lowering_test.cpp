#include "formats/formats.h"
#include "model_builder.h"

#include <QtTest>

#include <algorithm>

using namespace attnscope;
using namespace attnscope::test;

namespace {

std::shared_ptr<const Model> badModel(const std::string& name) {
    const auto archive = readArchive(ATTNSCOPE_SOURCE_DIR "/tests/fixtures/bad/" + name + ".h5");
    const auto model = archive ? Model::fromArchive(*archive) : fail(archive.error());
    return model ? *model : nullptr;
}

/// Name, class, shape and problem of every layer, a line each.
std::vector<std::string> linesOf(const Model& model) {
    std::vector<std::string> lines;
    for (const LayerSummary& layer : summarize(model, bundledFormulas())) {
        lines.push_back(std::string(2 * layer.depth, ' ') + layer.name + " " + layer.className + " " + layer.shape +
                        " " + std::to_string(layer.parameters) + (layer.isSite ? " site" : "") +
                        (layer.problem.empty() ? "" : " ! " + layer.problem));
    }
    return lines;
}

}  // namespace

class LoweringTest : public QObject {
    Q_OBJECT

private slots:
    void inputsThatDoNotFitAreRefused();
    void aLayerThatCannotBeLoweredDoesNotSpoilTheRest_data();
    void aLayerThatCannotBeLoweredDoesNotSpoilTheRest();
    void aProblemInsideANestedModelIsToldOnce();
    void sitesInsideModelsAreNamedByTheirPath();
    void composedAttentionIsFoundUpToAProductThatPythonSums();
    void aFormulaCanBeChosenForALayer();
    void aPersonsOwnFormulaServesALayer();
    void halfPrecisionIsTold_data();
    void halfPrecisionIsTold();
    void callsWithoutEndAreRefused();
    void operationsWithoutEndAreRefused();
    void constantsWithoutEndAreRefused();
    void layersAreListedWithShapes();
    void openLengthsAreShownAsQuestionMarks();
};

void LoweringTest::inputsThatDoNotFitAreRefused() {
    const auto model = goldenModel("attention");
    const auto message = [&](const std::vector<Shape>& shapes) {
        const auto lowered = lowerModel(*model, shapes, bundledFormulas());
        return lowered ? std::string() : lowered.error().text();
    };
    QCOMPARE(message({{1, 7, 5}}), std::string());
    QCOMPARE(message({}), std::string("0 inputs given, the model takes 1"));
    QCOMPARE(message({{1, 8, 5}}), std::string("input input_1: shape (1, 8, 5) found, (batch, 7, 5) expected"));
    QCOMPARE(message({{1, 7}}), std::string("input input_1: shape (1, 7) found, (batch, 7, 5) expected"));
    QCOMPARE(message({{0, 7, 5}}), std::string("input input_1: shape (0, 7, 5) found, (batch, 7, 5) expected"));
}

void LoweringTest::aLayerThatCannotBeLoweredDoesNotSpoilTheRest_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("reached");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("message");
    QTest::newRow("Lambda") << "lambda"
                            << "dense" << static_cast<int>(ErrorCode::PythonCode)
                            << "layer lambda contains Python code; it is shown, not run";
    QTest::newRow("unknown class") << "unknown_layer"
                                   << "dense" << static_cast<int>(ErrorCode::UnknownLayer)
                                   << "layer mystery_layer: class MysteryLayer is not known; choose a formula for it";
    QTest::newRow("wrong shape") << "wrong_shape"
                                 << "flatten" << static_cast<int>(ErrorCode::Shape)
                                 << "layer dense: weight kernel: shape (27, 2) found, (28, 2) expected";
    QTest::newRow("wrong type") << "config_wrong_type"
                                << "flatten" << static_cast<int>(ErrorCode::Format)
                                << "layer dense: config entry units: \"two\" found, a whole number expected";
}

void LoweringTest::aLayerThatCannotBeLoweredDoesNotSpoilTheRest() {
    QFETCH(QString, name);
    QFETCH(QString, reached);
    QFETCH(int, code);
    QFETCH(QString, message);
    const auto model = badModel(name.toStdString());
    QVERIFY(model != nullptr);
    std::vector<std::int64_t> extents{1};
    for (const auto& extent : model->inputs()[0].extents) extents.push_back(extent.value_or(1));
    const Result<LoweredModel> lowered = lowerModel(*model, {Shape(extents)}, bundledFormulas());
    QVERIFY(lowered && lowered->incomplete);
    QCOMPARE(static_cast<int>(lowered->incomplete->code), code);
    QCOMPARE(QString::fromStdString(lowered->incomplete->text()), message);
    QVERIFY(lowered->graph.outputs().empty());
    QCOMPARE(QString::fromStdString(lowered->graph.layerOutputs().back().layer), reached);
}

void LoweringTest::halfPrecisionIsTold_data() {
    QTest::addColumn<QString>("dtype");
    QTest::addColumn<QString>("policy");
    QTest::newRow("none") << R"("float32")"
                          << "";
    QTest::newRow("text") << R"("float16")"
                          << "float16";
    QTest::newRow("tf.keras") << R"({"class_name": "Policy", "config": {"name": "mixed_float16"}})"
                              << "mixed_float16";
    QTest::newRow("Keras 3") << R"({"class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}})"
                             << "mixed_bfloat16";
    QTest::newRow("quantized") << R"({"config": {"mode": "int8", "source_name": "mixed_bfloat16"}})"
                               << "mixed_bfloat16";
    QTest::newRow("nonsense") << R"({"config": [{"name": 3}]})"
                              << "";
}

void LoweringTest::halfPrecisionIsTold() {
    QFETCH(QString, dtype);
    QFETCH(QString, policy);
    const std::string layer = R"({"class_name": "Activation", "name": "a", "config": {"name": "a", "activation": "relu",
        "dtype": )" + dtype.toStdString() +
                              R"(}, "inbound_nodes": [[["x", 0, 0, {}]]]})";
    const auto model =
        Model::fromArchive(functionalArchive(inputEntry("x") + "," + layer, R"([["x", 0, 0]])", R"([["a", 0, 0]])"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const Result<LoweredModel> lowered = lowerModel(**model, {{1, 4}}, {});
    QVERIFY(lowered && !lowered->incomplete);
    std::vector<std::string> expected;
    if (!policy.isEmpty())
        expected.push_back("layer a is computed in half precision by Keras (" + policy.toStdString() +
                           "); everything is computed in float32 here, so that numbers may differ in the third digit");
    QCOMPARE(lowered->notes, expected);
}

void LoweringTest::callsWithoutEndAreRefused() {
    // Every model calls the one inside it ten times, each time on what it gave the time before.
    constexpr int levels = 12;
    const auto called = [](const std::string& name) {
        std::string nodes = R"([[["i", 0, 0, {}]])";
        for (int node = 0; node < 9; ++node) nodes += R"(, [[")" + name + R"(", )" + std::to_string(node) + ", 0, {}]]";
        return nodes + "]";
    };
    std::string name = "a";
    std::string layer = activationEntry(name, called(name));
    for (int level = 0; level < levels; ++level) {
        const std::string outer = "m" + std::to_string(level);
        layer = R"({"class_name": "Functional", "name": ")" + outer + R"(", "config": {"name": ")" + outer +
                R"(", "layers": [)" + inputEntry("i") + ", " + layer +
                R"(], "input_layers": [["i", 0, 0]], "output_layers": [[")" + name +
                R"(", 9, 0]]}, "inbound_nodes": )" + called(outer) + "}";
        name = outer;
    }
    Archive archive = archiveOf(layer);
    archive.version = "3.15.0";  // where masks are followed from call to call
    const auto model = Model::fromArchive(std::move(archive));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const Result<LoweredModel> lowered = lowerModel(**model, {{1, 4}}, {});
    QVERIFY(lowered && lowered->incomplete);
    QCOMPARE(lowered->incomplete->text(), std::string("layer m10/m9/m8/m7/m6/m5/m4/m3/m2/m1/m0: the model needs more "
                                                      "than 50000 calls of layers"));
}

void LoweringTest::operationsWithoutEndAreRefused() {
    // Each layer takes more than eight thousand operations.
    std::string layers = inputEntry("x", "[null, 3, 2]");
    for (int index = 0; index < 80; ++index)
        layers += R"(, {"class_name": "AdaptiveMaxPooling1D", "config": {"name": "p)" + std::to_string(index) +
                  R"(", "output_size": 4096}})";
    const auto model = Model::fromArchive(
        archiveOf(R"({"class_name": "Sequential", "config": {"name": "s", "layers": [)" + layers + "]}}"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const Result<LoweredModel> lowered = lowerModel(**model, {{1, 3, 2}}, {});
    QVERIFY(lowered && lowered->incomplete);
    QCOMPARE(lowered->incomplete->text(), std::string("layer p62: the model needs more than 500000 operations"));
}

void LoweringTest::constantsWithoutEndAreRefused() {
    // Each layer makes 256 MiB of numbers of its own.
    std::string layers = inputEntry("x", "[null, 1]");
    for (int index = 0; index < 6; ++index)
        layers += R"(, {"class_name": "CategoryEncoding", "config": {"name": "c)" + std::to_string(index) +
                  R"(", "num_tokens": 67108864}},
                     {"class_name": "Reshape", "config": {"name": "r)" +
                  std::to_string(index) +
                  R"(", "target_shape": [67108864, 1]}},
                     {"class_name": "Cropping1D", "config": {"name": "o)" +
                  std::to_string(index) +
                  R"(", "cropping": [0, 67108863]}},
                     {"class_name": "Flatten", "config": {"name": "f)" +
                  std::to_string(index) + R"("}})";
    const auto model = Model::fromArchive(
        archiveOf(R"({"class_name": "Sequential", "config": {"name": "s", "layers": [)" + layers + "]}}"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const Result<LoweredModel> lowered = lowerModel(**model, {{1, 1}}, {});
    QVERIFY(lowered && lowered->incomplete);
    QCOMPARE(lowered->incomplete->text(), std::string("layer c4: the model needs 1342177280 bytes of constants, "
                                                      "limit 1073741824"));
}

void LoweringTest::aProblemInsideANestedModelIsToldOnce() {
    const std::string inner =
        R"({"class_name": "Sequential", "name": "inner", "config": {"name": "inner", "layers": [)" + inputEntry("i") +
        R"(, {"class_name": "Lambda", "config": {"name": "code"}},
                                 {"class_name": "Activation", "config": {"name": "last", "activation": "tanh"}}]},
                              "inbound_nodes": [[["x", 0, 0, {}]]]})";
    const auto model = Model::fromArchive(
        functionalArchive(inputEntry("x") + "," + inner + "," + activationEntry("after", R"([[["inner", 1, 0, {}]]])") +
                              "," + activationEntry("beside", R"([[["x", 0, 0, {}]]])"),
                          R"([["x", 0, 0]])", R"([["after", 0, 0], ["beside", 0, 0]])"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const Result<LoweredModel> lowered = lowerModel(**model, {{1, 4}}, {});
    QVERIFY(lowered && lowered->incomplete);
    QCOMPARE(lowered->incomplete->text(), std::string("layer code contains Python code; it is shown, not run"));
    QCOMPARE(lowered->graph.outputs().size(), std::size_t{1});
    const std::vector<std::string> expected{
        "x InputLayer (4) 0",
        "inner Sequential  0 ! layer inner: a layer inside it cannot be evaluated",
        "  inner/i InputLayer (4) 0",
        "  inner/code Lambda  0 ! layer code contains Python code; it is shown, not run",
        "  inner/last Activation  0 ! needs layer inner/code, which cannot be evaluated",
        "after Activation  0 ! needs layer inner, which cannot be evaluated",
        "beside Activation (4) 0",
    };
    QCOMPARE(linesOf(**model), expected);
}

void LoweringTest::sitesInsideModelsAreNamedByTheirPath() {
    const auto model = goldenModel("nested_attention");
    const Result<LoweredModel> lowered = lowerModel(*model, {{1, 3, 7}}, bundledFormulas());
    QVERIFY(lowered);
    std::vector<std::string> layers;
    for (const Site& site : lowered->graph.sites()) layers.push_back(site.layer);
    QCOMPARE(layers, (std::vector<std::string>{"time_distributed/encoder/word_attention", "sentence_attention"}));
}

void LoweringTest::composedAttentionIsFoundUpToAProductThatPythonSums() {
    const auto lowered = lowerModel(*badModel("lambda_attention"), {{1, 7, 5}}, bundledFormulas());
    QVERIFY(lowered);
    QVERIFY(lowered->incomplete);
    QCOMPARE(lowered->incomplete->code, ErrorCode::PythonCode);
    QCOMPARE(lowered->graph.sites().size(), std::size_t{1});
    const Site& site = lowered->graph.sites().front();
    QCOMPARE(site.name, std::string("attention_weights"));
    QCOMPARE(lowered->graph.value(site.output).layer, std::string("weighed"));
    QCOMPARE(site.find(site.output)->axes, (std::vector<std::string>{"t", "f"}));
    QCOMPARE(site.statements.back(), std::string("c[t,f] = a[t] * x[t,f]"));
    QVERIFY(site.mask && site.maskIsWhatIf);
    // A nested model's site has its path.
    const auto nested = lowerModel(*goldenModel("composed_nested"), {{1, 7, 5}}, bundledFormulas());
    QVERIFY(nested && !nested->incomplete);
    QCOMPARE(nested->graph.sites().size(), std::size_t{1});
    QCOMPARE(nested->graph.sites().front().name, std::string("encoder/word_attention"));
}

void LoweringTest::aFormulaCanBeChosenForALayer() {
    Archive archive = goldenArchive("nested_attention");
    std::string text = archive.config.dump();
    for (std::size_t at = text.find("\"Attention\""); at != std::string::npos; at = text.find("\"Attention\""))
        text.replace(at, 11, "\"Home Made\"");
    archive.config = nlohmann::json::parse(text);
    const auto model = Model::fromArchive(std::move(archive));
    QVERIFY(model);
    LoweringOptions options = bundledFormulas();
    QVERIFY(lowerModel(**model, {{1, 3, 7}}, options)->incomplete.has_value());
    options.layerFormulas = {{"time_distributed/encoder/word_attention", "attention_step_dim"},
                             {"sentence_attention", "attention_step_dim"}};
    const Result<LoweredModel> lowered = lowerModel(**model, {{1, 3, 7}}, options);
    QVERIFY2(!lowered->incomplete, lowered->incomplete ? lowered->incomplete->text().c_str() : "");
    QCOMPARE(lowered->graph.sites().size(), std::size_t{2});
}

void LoweringTest::aPersonsOwnFormulaServesALayer() {
    Archive archive = goldenArchive("attention_layer");
    std::string text = archive.config.dump();
    text.replace(text.find("\"AttentionLayer\""), 16, "\"Home Made\"");
    archive.config = nlohmann::json::parse(text);
    const auto model = Model::fromArchive(std::move(archive));
    QVERIFY(model);
    const auto summaryOf = [&](const LoweringOptions& options) { return summarize(**model, options).back(); };
    const LayerSummary unknown = summaryOf(bundledFormulas());
    QVERIFY(!unknown.problem.empty() && unknown.formula.empty() && unknown.needsFormula);
    QCOMPARE(unknown.weights.size(), std::size_t{2});
    QCOMPARE(unknown.weights[0].name, std::string("attention_layer/att_weight:0"));
    QCOMPARE(unknown.weights[0].shape, std::string("(7, 7)"));
    // Told what would fit, first the one whose names of weights do.
    QVERIFY(!unknown.otherFormulas.empty());
    QCOMPARE(unknown.otherFormulas.front(), std::string("attention_layer_txt"));

    const Result<LoweringOptions> broken = withOwnFormula(bundledFormulas(), unknown.name, "mine", "e[t] =\n");
    QVERIFY(!broken);
    QCOMPARE(broken.error().code, ErrorCode::Formula);
    // Weights of other names are taken in order.
    const Result<LoweringOptions> own = withOwnFormula(
        bundledFormulas(), unknown.name, "mine",
        "weights K[s,t], c[t]\ninput x[t,f]\ne[f,t] = sum(s: x[s,f] * K[s,t]) + c[t]\na[f,t] = softmax(t: e[f,t])\n"
        "o[f] = sum(t: a[f,t] * x[t,f])\nsite score e, weights a, values x, output o\n");
    QVERIFY2(own, own ? "" : own.error().text().c_str());
    const LayerSummary known = summaryOf(*own);
    QCOMPARE(known.problem, std::string());
    QCOMPARE(known.formula, std::string("mine"));
    QVERIFY(known.isSite && !known.needsFormula);
}

void LoweringTest::layersAreListedWithShapes() {
    const std::vector<std::string> expected{
        "words InputLayer (3, 7) 0",
        "time_distributed TimeDistributed (3, 4) 198",
        "  time_distributed/encoder/one_sentence InputLayer (7) 0",
        "  time_distributed/encoder/embedding Embedding (7, 5) 55",
        "  time_distributed/encoder/gru GRU (7, 4) 132",
        "  time_distributed/encoder/word_attention Attention (4) 11 site",
        "gru_1 GRU (3, 3) 81",
        "sentence_attention Attention (3) 6 site",
        "dense Dense (1) 4",
    };
    QCOMPARE(linesOf(*goldenModel("nested_attention")), expected);
}

void LoweringTest::openLengthsAreShownAsQuestionMarks() {
    const std::vector<std::string> expected{
        "x InputLayer (?, 5) 0",
        "lstm LSTM (?, 4) 160",
        "global_max_pooling1d GlobalMaxPooling1D (4) 0",
        "dense Dense (2) 10",
    };
    QCOMPARE(linesOf(*goldenModel("variable_length")), expected);
    // Here the open length must be that of the other input.
    const std::string add = R"(,{"class_name": "Concatenate", "name": "c", "config": {"name": "c", "axis": -1},
                                 "inbound_nodes": [[["a", 0, 0, {}], ["b", 0, 0, {}]]]})";
    const auto model = Model::fromArchive(
        functionalArchive(inputEntry("a", "[null, null, 2]") + "," + inputEntry("b", "[null, 6, 3]") + add,
                          R"([["a", 0, 0], ["b", 0, 0]])", R"([["c", 0, 0]])"));
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    QCOMPARE(linesOf(**model).back(), std::string("c Concatenate (6, 5) 0"));
}

QTEST_GUILESS_MAIN(LoweringTest)
#include "lowering_test.moc"
