#include "base/text.h"
#include "fake_lowering.h"
#include "support/bundled_formulas.h"

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

constexpr const char* perFeature = R"(# one weight per feature
class    Attention
weights  W[f,g] as "*_W", b[f] as "*_b"
input    x[t,f], mask[t]
e[t,g] = tanh(sum(f: x[t,f] * W[f,g] * b[f]))
a[t,g] = softmax(t: e[t,g])
c[g] = sum(t: a[t,g] * e[t,g] * mask[t])
site     score e, weights a, values e, output c
)";

/// A score per timestep by one weight, with more lines in it.
std::string formulaOf(const std::string& lines) {
    return "class Scored\nweights w[f]\ninput x[t,f]\ne[t] = sum(f: x[t,f] * w[f])\n" + lines +
           "\na[t] = softmax(t: e[t])\no[f] = sum(t: a[t] * x[t,f])\nsite score e, weights a, values x, output o\n";
}

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
        lowering.formulas = *bundledCatalogue();
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
        lowering.formulas = *bundledCatalogue();
        const auto outputs = lowering.lower(attention("Attention", {weight("first", {3}), weight("second", {4})}),
                                            {sequence(lowering, {2, 4, 3}, false)});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(lowering.build().sites().at(0).find("b")->role, ValueRole::Weight);
    }

    void anOptionalWeightMayBeMissing() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
        QVERIFY(lowering.lower(attention("Attention", {weight("attention_W", {3})}),
                               {sequence(lowering, {2, 4, 3}, false)}));
    }

    void aNumberOfTheConfigReplacesTheFormulasOwn() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
        const Layer layer = attention("Attention", {weight("attention_W", {3})}, R"({"epsilon": 0.5, "step_dim": 4})");
        QVERIFY(lowering.lower(layer, {sequence(lowering, {2, 4, 3}, false)}));
        const Graph graph = lowering.build();
        const NamedValue* epsilon = graph.sites().at(0).find("epsilon");
        QVERIFY(epsilon != nullptr);
        QCOMPARE((*graph.value(epsilon->value).constant)[0], 0.5F);
    }

    void theBestMatchByNamesIsTakenAndTheOthersAreNoted() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
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
        lowering.formulas = *bundledCatalogue();
        const Status added = lowering.formulas.add("per_feature", perFeature);
        QVERIFY2(added, added ? "" : added.error().text().c_str());
        const auto outputs = lowering.lower(attention("Attention", {weight("a_W", {3, 5}), weight("a_b", {3})}),
                                            {sequence(lowering, {2, 4, 3}, true)});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(lowering.build().sites().at(0).formula, std::string("per_feature"));
    }

    void whatDoesNotFitIsToldWithWhatWasFoundAndExpected() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
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
        lowering.formulas = *bundledCatalogue();
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
        lowering.formulas = *bundledCatalogue();
        lowering.chosen["attention"] = "attention_step_dim";
        QVERIFY(lowering.lower(attention("Lambda", {weight("W", {3})}), {sequence(lowering, {2, 4, 3}, false)}));
        lowering.chosen["attention"] = "nothing";
        const auto outputs = lowering.lower(attention("Lambda", {}), {sequence(lowering, {2, 4, 3}, false)});
        QCOMPARE(outputs.error().text(), std::string("layer attention: there is no formula named 'nothing'"));
    }

    void aMaskThatTheFormulaDoesNotReadIsNoted() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
        QVERIFY(lowering.lower(attention("AttentionLayer", {weight("att_weight", {4, 4}), weight("att_bias", {4})}),
                               {sequence(lowering, {2, 4, 3}, true)}));
        QCOMPARE(lowering.notes.size(), std::size_t{1});
    }

    void whatElseFitsIsTold() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
        // Where time and features are as many, one weight per feature could be a kernel over time as well.
        const Layer layer = attention("AttentionLayer", {weight("att_weight", {4, 4}), weight("att_bias", {4})});
        QVERIFY(lowering.lower(layer, {sequence(lowering, {2, 4, 4}, false)}));
        QCOMPARE(lowering.choices.size(), std::size_t{1});
        QCOMPARE(lowering.choices[0].layer, std::string("attention"));
        QCOMPARE(lowering.choices[0].formula, std::string("attention_layer_txt"));
        QCOMPARE(QString::fromStdString(joined(lowering.choices[0].others, " ")),
                 QString("attention_per_feature attention_with_context"));

        FakeLowering longer;
        longer.formulas = *bundledCatalogue();
        QVERIFY(longer.lower(layer, {sequence(longer, {2, 4, 3}, false)}));
        QVERIFY(longer.choices[0].others.empty());
        QVERIFY(longer.notes.empty());
    }

    void anUnknownClassIsOfferedWhatWouldFit() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
        const auto outputs =
            lowering.lower(attention("Mystery", {weight("kernel", {3, 6, 5})}), {sequence(lowering, {2, 4, 6}, false)});
        QCOMPARE(outputs.error().code, ErrorCode::UnknownLayer);
        QCOMPARE(lowering.choices.size(), std::size_t{1});
        QVERIFY(lowering.choices[0].formula.empty());
        QCOMPARE(QString::fromStdString(joined(lowering.choices[0].others, " ")),
                 QString("self_attention_kernel self_attention_kernel_mean self_attention_kernel_width"));
    }

    void aRegisteredClassIsKnownByItsLastPart() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
        QVERIFY(lowering.lower(attention("Custom>AttentionWithBias", {weight("attention_W", {3})}),
                               {sequence(lowering, {2, 4, 3}, false)}));
        QCOMPARE(lowering.build().sites().at(0).formula, std::string("attention_step_dim"));
    }

    void theConfigTellsFormulasApart() {
        FakeLowering lowering;
        QVERIFY(lowering.formulas.add("steps", formulaOf("index t as \"steps\"")));
        QVERIFY(lowering.formulas.add("a_plain_one", formulaOf("")));
        const auto formulaFor = [&](const char* config) {
            FakeLowering fresh;
            fresh.formulas = lowering.formulas;
            const auto outputs =
                fresh.lower(attention("Scored", {weight("w", {3})}, config), {sequence(fresh, {2, 4, 3}, false)});
            return outputs ? fresh.build().sites().at(0).formula : outputs.error().text();
        };
        QCOMPARE(formulaFor("{}"), std::string("a_plain_one"));
        QCOMPARE(formulaFor(R"({"steps": 4})"), std::string("steps"));
        QCOMPARE(formulaFor(R"({"steps": 5})"), std::string("a_plain_one"));
        QCOMPARE(formulaFor(R"({"steps": null})"), std::string("steps"));
    }

    void theConfigChoosesFunctionsAndOutputs() {
        const auto run = [](const char* config) {
            FakeLowering lowering;
            const Status added =
                lowering.formulas.add("scored", formulaOf("function act as \"activation\" = sigmoid\nz[t] = act(e[t])\n"
                                                          "output o with mask, z if extra"));
            if (!added) throw std::runtime_error(added.error().text());
            const auto outputs =
                lowering.lower(attention("Scored", {weight("w", {3})}, config), {sequence(lowering, {2, 4, 3}, true)});
            if (!outputs) return outputs.error().text();
            const Graph graph = lowering.build();
            const float z = lowering.evaluate(*graph.find("attention/z"))[0];
            return std::to_string(outputs->size()) + (outputs->front().mask ? " masked " : " ") + std::to_string(z);
        };
        // Every score is 3 · 0.5 · 0.1.
        QCOMPARE(run("{}"), std::string("1 masked 0.537430"));
        QCOMPARE(run(R"({"activation": "tanh", "extra": true})"), std::string("2 masked 0.148885"));
        QCOMPARE(run(R"({"activation": null, "extra": false})"), std::string("1 masked 0.150000"));
        const std::string refused = run(R"({"activation": "softmax"})");
        QVERIFY2(
            refused.find("softmax found, an activation that works element by element expected") != std::string::npos,
            refused.c_str());
    }

    void inputsAreFoundByTheNamesOfArguments() {
        FakeLowering lowering;
        lowering.formulas = *bundledCatalogue();
        const Flow query{lowering.given("q", Tensor({2, 3}, 0.5F)), std::nullopt};
        const Flow values = sequence(lowering, {2, 4, 5}, false);
        lowering.called.named = {{"values", {{"tensor", 0}}}, {"training", false}};
        lowering.called.tensors = {values};
        const Layer layer = attention("BahdanauAttention", {weight("d/kernel:0", {5, 2}), weight("d/bias:0", {2}),
                                                            weight("d_1/kernel:0", {3, 2}), weight("d_1/bias:0", {2}),
                                                            weight("d_2/kernel:0", {2, 1}), weight("d_2/bias:0", {1})});
        const auto outputs = lowering.lower(layer, {query});
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        QCOMPARE(outputs->size(), std::size_t{2});
        const Graph graph = lowering.build();
        QCOMPARE(graph.sites().at(0).formula, std::string("bahdanau_query_values"));
        QCOMPARE(graph.value((*outputs)[1].value).shape, (Shape{2, 4, 1}));
        // An argument that the formula has no place for.
        lowering.called.named["state"] = {{"tensor", 0}};
        lowering.called.tensors.push_back(query);
        lowering.called.named["state"]["tensor"] = 1;
        const Flow other{lowering.given("other", Tensor({2, 3}, 0.5F)), std::nullopt};
        const auto refused = lowering.lower(layer, {other});
        QVERIFY(!refused);
        QVERIFY2(refused.error().text().find("it has 2 inputs, the layer 3") != std::string::npos,
                 refused.error().text().c_str());
    }
};

QTEST_GUILESS_MAIN(AttentionTest)
#include "attention_test.moc"
