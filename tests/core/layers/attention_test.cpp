#include "fake_lowering.h"

#include <QtTest/QtTest>

using namespace attnscope;
using namespace attnscope::test;

namespace {

Layer attention(std::string className, std::vector<LayerWeight> weights, const char* config = "{}") {
    Layer layer;
    layer.name = "attention";
    layer.className = std::move(className);
    layer.config = Config(nlohmann::json::parse(config));
    layer.weights = std::move(weights);
    return layer;
}

LayerWeight weight(std::string name, Shape shape) {
    return {std::move(name), share(Tensor(std::move(shape), 0.1F)), true};
}

void addBundled(FakeLowering& lowering) {
    const Status added = lowering.formulas.addFolder(ATTNSCOPE_SOURCE_DIR "/resources/formulas");
    if (!added) qFatal("%s", added.error().text().c_str());
}

constexpr const char* perFeature = R"(# one weight per feature
class    Attention
weights  W[f,g] as "*_W", b[f] as "*_b"
input    x[t,f], mask[t]
e[t,g] = tanh(sum(f: x[t,f] * W[f,g] * b[f]))
a[t,g] = softmax(t: e[t,g])
c[g] = sum(t: a[t,g] * e[t,g] * mask[t])
site     score e, weights a, values e, output c
)";

Flow sequence(FakeLowering& lowering, Shape shape, bool masked) {
    Flow flow{lowering.given("x", Tensor(shape, 0.5F)), std::nullopt};
    if (masked) flow.mask = lowering.given("x_mask", Tensor(shape.upTo(2), 1.0F));
    return flow;
}

}  // namespace

class AttentionTest : public QObject {
    Q_OBJECT

private slots:
    void aClassFindsItsFormulaAndLosesItsMask() {
        FakeLowering lowering;
        addBundled(lowering);
        const auto outputs = lowering.lower(
            attention("Attention", {weight("attention/attention_W:0", {3}), weight("attention/attention_b:0", {4})}),
            {sequence(lowering, {2, 4, 3}, true)});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(outputs->size(), std::size_t{1});
        QVERIFY(!outputs->front().mask);
        QVERIFY(lowering.notes.empty());
        const Graph graph = lowering.build();
        QCOMPARE(graph.sites().size(), std::size_t{1});
        QCOMPARE(graph.sites()[0].name, std::string("attention"));
        QCOMPARE(graph.sites()[0].className, std::string("Attention"));
    }

    void weightsOfOtherNamesAreMatchedInOrder() {
        FakeLowering lowering;
        addBundled(lowering);
        const auto outputs = lowering.lower(attention("Attention", {weight("first", {3}), weight("second", {4})}),
                                            {sequence(lowering, {2, 4, 3}, false)});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(lowering.build().sites().at(0).find("b")->role, ValueRole::Weight);
    }

    void anOptionalWeightMayBeMissing() {
        FakeLowering lowering;
        addBundled(lowering);
        QVERIFY(lowering.lower(attention("Attention", {weight("attention_W", {3})}),
                               {sequence(lowering, {2, 4, 3}, false)}));
    }

    void aNumberOfTheConfigReplacesTheFormulasOwn() {
        FakeLowering lowering;
        addBundled(lowering);
        const Layer layer = attention("Attention", {weight("attention_W", {3})}, R"({"epsilon": 0.5, "step_dim": 4})");
        QVERIFY(lowering.lower(layer, {sequence(lowering, {2, 4, 3}, false)}));
        const Graph graph = lowering.build();
        const NamedValue* epsilon = graph.sites().at(0).find("epsilon");
        QVERIFY(epsilon != nullptr);
        QCOMPARE((*graph.value(epsilon->value).constant)[0], 0.5F);
    }

    void theBestMatchByNamesIsTakenAndTheOthersAreNoted() {
        FakeLowering lowering;
        addBundled(lowering);
        QVERIFY(lowering.formulas.add("another",
                                      "class Attention\nweights V[f], c[t]\ninput x[t,f]\n"
                                      "e[t] = sum(f: x[t,f] * V[f]) + c[t]\na[t] = softmax(t: e[t])\n"
                                      "o[f] = sum(t: a[t] * x[t,f])\n"
                                      "site score e, weights a, values x, output o\n"));
        const auto outputs =
            lowering.lower(attention("Attention", {weight("attention_W", {3}), weight("attention_b", {4})}),
                           {sequence(lowering, {2, 4, 3}, false)});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(lowering.build().sites().at(0).find("W")->role, ValueRole::Weight);
        QCOMPARE(lowering.notes.size(), std::size_t{1});
        QVERIFY2(QString::fromStdString(lowering.notes[0]).endsWith("; another would fit as well"),
                 lowering.notes[0].c_str());
    }

    void shapesDecideBetweenFormulasOfOneClass() {
        FakeLowering lowering;
        addBundled(lowering);
        const Status added = lowering.formulas.add("per_feature", perFeature);
        QVERIFY2(added, added ? "" : added.error().text().c_str());
        const auto outputs = lowering.lower(attention("Attention", {weight("a_W", {3, 5}), weight("a_b", {3})}),
                                            {sequence(lowering, {2, 4, 3}, true)});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(lowering.build().sites().at(0).formula, std::string("per_feature"));
    }

    void whatDoesNotFitIsToldWithWhatWasFoundAndExpected() {
        FakeLowering lowering;
        addBundled(lowering);
        const auto outputs =
            lowering.lower(attention("AttentionWithBias", {weight("attention_W", {3}), weight("attention_b", {9})}),
                           {sequence(lowering, {2, 4, 3}, false)});
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().code, ErrorCode::Shape);
        QCOMPARE(
            QString::fromStdString(outputs.error().text()),
            QString("layer attention: class AttentionWithBias has attention_W (3), attention_b (9); formula "
                    "attention_step_dim expects W[f] (as \"*_W\"), b[t]? (as \"*_b\"), but index t is 4 in x and 9 "
                    "in b (attention_step_dim:5:25)"));
    }

    void severalFormulasThatDoNotFitLeaveTheLayerUnknown() {
        FakeLowering lowering;
        addBundled(lowering);
        QVERIFY(lowering.formulas.add("per_feature", perFeature));
        const auto outputs =
            lowering.lower(attention("Attention", {weight("scale", {})}), {sequence(lowering, {2, 4, 3}, false)});
        QVERIFY(!outputs);
        QCOMPARE(outputs.error().code, ErrorCode::UnknownLayer);
        const QString text = QString::fromStdString(outputs.error().text());
        QVERIFY2(text.startsWith("layer attention: class Attention has scale (); formula "), qPrintable(text));
        QVERIFY2(text.contains("formula per_feature expects W[f,g] (as \"*_W\"), b[f] (as \"*_b\"), but"),
                 qPrintable(text));
    }

    void theFormulaThatThePersonChoseServesAnyClass() {
        FakeLowering lowering;
        addBundled(lowering);
        lowering.chosen["attention"] = "attention_step_dim";
        QVERIFY(lowering.lower(attention("Lambda", {weight("W", {3})}), {sequence(lowering, {2, 4, 3}, false)}));
        lowering.chosen["attention"] = "nothing";
        const auto outputs = lowering.lower(attention("Lambda", {}), {sequence(lowering, {2, 4, 3}, false)});
        QCOMPARE(outputs.error().text(), std::string("layer attention: there is no formula named 'nothing'"));
    }

    void aMaskThatTheFormulaDoesNotReadIsNoted() {
        FakeLowering lowering;
        addBundled(lowering);
        QVERIFY(lowering.lower(attention("AttentionLayer", {weight("att_weight", {4, 4}), weight("att_bias", {4})}),
                               {sequence(lowering, {2, 4, 3}, true)}));
        QCOMPARE(lowering.notes.size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(AttentionTest)
#include "attention_test.moc"
