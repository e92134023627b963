#include "formula/open_extents.h"
#include "model_builder.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace attnscope;
using namespace attnscope::test;

namespace {

constexpr auto hidden = R"(# a hidden layer scores each timestep
weights  W[f,h], b[h]?, v[h]
input    x[t,f], mask[t]
e[t] = sum(h: tanh(sum(f: x[t,f] * W[f,h]) + b[h]) * v[h])
a[t] = softmax(t: e[t])
c[f] = sum(t: a[t] * x[t,f] * mask[t])
site     score e, weights a, values x, output c
)";

constexpr auto crossed = R"(# two sequences, and a square kernel
weights  W[s,t]
input    q[t,f], x[t,f]
e[f,t] = sum(s: x[s,f] * W[s,t]) + q[t,f]
a[f,t] = softmax(t: e[f,t])
c[f] = sum(t: a[f,t] * x[t,f])
site     score e, weights a, values x, output c
)";

constexpr auto gated = R"(# weighs every timestep and keeps them apart
weights  W[f]
input    x[t,f]
e[t] = sum(f: x[t,f] * W[f])
a[t] = softmax(t: e[t])
c[t,f] = a[t] * x[t,f]
site     score e, weights a, values x, output c
)";

LoweringOptions options(std::vector<AddedLayer> added) {
    auto catalogue = std::make_shared<Catalogue>(*bundledFormulas().catalogue);
    for (const auto& [name, source] :
         {std::pair{"hidden", hidden}, std::pair{"crossed", crossed}, std::pair{"gated", gated}}) {
        if (Status status = catalogue->add(name, source); !status) throw std::runtime_error(status.error().text());
    }
    return {catalogue, {}, std::move(added)};
}

AddedLayer layer(const std::string& name, const std::string& formula, std::vector<std::string> inputs) {
    AddedLayer added;
    added.name = name;
    added.formula = formula;
    added.inputs = std::move(inputs);
    return added;
}

/// The weight of a graph's added layer, by its full name.
TensorPtr weight(const LoweredModel& lowered, const std::string& name) {
    const auto found = lowered.graph.find(name);
    return found ? lowered.graph.value(*found).constant : nullptr;
}

}  // namespace

class AddedLayerTest : public QObject {
    Q_OBJECT

private slots:
    void aNewLayerIsASiteBesideTheModel();
    void weightsDependOnSeedAndPlaceOnly();
    void weightsStartAsKerasInitializersDo();
    void oneNewLayerCanFollowAnother();
    void whatCannotBeAddedSaysWhy_data();
    void whatCannotBeAddedSaysWhy();
    void aSequenceWithoutAModelTakesNewLayers();
    void newLayersAreListedLast();
    void extentsComeFromInputsAndUses();
};

void AddedLayerTest::aNewLayerIsASiteBesideTheModel() {
    const auto model = goldenModel("attention");
    const auto lowered = lowerModel(*model, {{1, 7, 5}}, options({layer("new", "hidden", {"input_1"})}));
    QVERIFY2(lowered.has_value(), lowered ? "" : lowered.error().text().c_str());
    const auto& sites = lowered->graph.sites();
    const auto site = std::ranges::find(sites, "new", &Site::name);
    QVERIFY(site != sites.end());
    QCOMPARE(site->className, std::string(addedLayerClass));
    QCOMPARE(site->formula, std::string("hidden"));
    QCOMPARE(lowered->graph.outputs().size(), model->outputTensors().size());
    QCOMPARE(weight(*lowered, "new/W")->shape(), (Shape{5, addedLayerExtent}));
    QCOMPARE(weight(*lowered, "new/v")->shape(), (Shape{addedLayerExtent}));
}

void AddedLayerTest::weightsDependOnSeedAndPlaceOnly() {
    const auto model = Model::ofNumbers(5);
    const auto weightOf = [&](std::uint64_t seed, const std::string& name, const std::string& value) {
        AddedLayer added = layer(name, "hidden", {Model::numbersLayer});
        added.seed = seed;
        const auto lowered = lowerModel(*model, {{1, 7, 5}}, options({added}));
        const TensorPtr tensor = weight(*lowered, name + "/" + value);
        return std::vector<float>(tensor->data().begin(), tensor->data().end());
    };
    QCOMPARE(weightOf(3, "new", "W"), weightOf(3, "other", "W"));
    QVERIFY(weightOf(3, "new", "W") != weightOf(4, "new", "W"));
    QVERIFY(weightOf(3, "new", "W").front() != weightOf(3, "new", "v").front());
    // The generator is the standard's, so that a seed means the same numbers everywhere.
    QCOMPARE(weightOf(0, "new", "W").size(), std::size_t{5 * addedLayerExtent});
}

void AddedLayerTest::weightsStartAsKerasInitializersDo() {
    const auto model = Model::ofNumbers(60);
    const auto largest = [&](Initializer initializer, const std::string& value) {
        AddedLayer added = layer("new", "hidden", {Model::numbersLayer});
        added.initializer = initializer;
        added.extents["h"] = 40;
        const auto lowered = lowerModel(*model, {{1, 7, 60}}, options({added}));
        const TensorPtr tensor = weight(*lowered, "new/" + value);
        float most = 0.0F;
        for (const float number : tensor->data()) most = std::max(most, std::abs(number));
        return most;
    };
    const float glorot = std::sqrt(6.0F / (60.0F + 40.0F));
    QVERIFY(largest(Initializer::GlorotUniform, "W") <= glorot);
    QVERIFY(largest(Initializer::GlorotUniform, "W") > 0.99F * glorot);  // of 2400 numbers
    QVERIFY(largest(Initializer::Uniform, "W") <= 0.05F);
    QVERIFY(largest(Initializer::Uniform, "W") > 0.0495F);
    QCOMPARE(largest(Initializer::Zeros, "W"), 0.0F);
    QCOMPARE(largest(Initializer::GlorotUniform, "b"), 0.0F);  // an optional weight is a bias
    QVERIFY(largest(Initializer::GlorotUniform, "v") > 0.2F);
}

void AddedLayerTest::oneNewLayerCanFollowAnother() {
    const auto model = Model::ofNumbers(5);
    const auto lowered = lowerModel(*model, {{1, 7, 5}},
                                    options({layer("first", "gated", {Model::numbersLayer}),
                                             layer("second", "crossed", {Model::numbersLayer, "first"})}));
    QVERIFY(lowered.has_value());
    QVERIFY2(!lowered->incomplete, lowered->incomplete ? lowered->incomplete->text().c_str() : "");
    QCOMPARE(lowered->graph.sites().size(), std::size_t{2});
    QCOMPARE(weight(*lowered, "second/W")->shape(), (Shape{7, 7}));
}

void AddedLayerTest::whatCannotBeAddedSaysWhy_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("formula");
    QTest::addColumn<QString>("input");
    QTest::addColumn<int>("extent");
    QTest::addColumn<QString>("why");
    QTest::newRow("formula") << "new"
                             << "nothing"
                             << "input_1" << 4 << "no formula named 'nothing'";
    QTest::newRow("layer") << "new"
                           << "hidden"
                           << "nowhere" << 4 << "layer nowhere makes, which does not exist";
    QTest::newRow("name") << "attention"
                          << "hidden"
                          << "input_1" << 4 << "another layer of that name";
    QTest::newRow("inputs") << "new"
                            << "crossed"
                            << "input_1" << 4 << "has 2 inputs, 1 given";
    QTest::newRow("rank") << "new"
                          << "hidden"
                          << "attention" << 4 << "is [t,f], shape (5) found";
    QTest::newRow("none") << "new"
                          << "hidden"
                          << "input_1" << 0 << "runs over 0; 1 or more expected";
    QTest::newRow("size") << "new"
                          << "hidden"
                          << "input_1" << 1'000'000'000 << "more than 268435456 elements";
}

void AddedLayerTest::whatCannotBeAddedSaysWhy() {
    QFETCH(QString, name);
    QFETCH(QString, formula);
    QFETCH(QString, input);
    QFETCH(int, extent);
    QFETCH(QString, why);
    AddedLayer added = layer(name.toStdString(), formula.toStdString(), {input.toStdString()});
    added.extents["h"] = extent;
    const auto lowered = lowerModel(*goldenModel("attention"), {{1, 7, 5}}, options({added}));
    QVERIFY(lowered.has_value());
    QVERIFY(lowered->incomplete.has_value());
    const QString text = QString::fromStdString(lowered->incomplete->text());
    QVERIFY2(text.contains(why), qPrintable(text));
}

void AddedLayerTest::aSequenceWithoutAModelTakesNewLayers() {
    const auto model = Model::ofNumbers(3);
    QCOMPARE(model->inputs().size(), std::size_t{1});
    QVERIFY(!model->inputs().front().tokenIds);
    const auto lowered = lowerModel(*model, {{1, 11, 3}}, options({layer("new", "hidden", {Model::numbersLayer})}));
    QVERIFY(lowered.has_value());
    QCOMPARE(lowered->graph.sites().size(), std::size_t{1});
    QVERIFY(lowered->graph.outputs().empty());
    QVERIFY(!lowerModel(*model, {{1, 11, 4}}, options({})).has_value());
}

void AddedLayerTest::newLayersAreListedLast() {
    const auto layers =
        summarize(*Model::ofNumbers(3),
                  options({layer("new", "hidden", {Model::numbersLayer}), layer("bad", "hidden", {"nowhere"})}));
    QCOMPARE(layers.size(), std::size_t{3});
    QVERIFY(layers[1].added && layers[1].isSite);
    QCOMPARE(layers[1].shape, std::string("(3)"));
    QCOMPARE(layers[1].parameters, 3 * addedLayerExtent + 2 * addedLayerExtent);
    QVERIFY(layers[2].problem.find("nowhere") != std::string::npos);
}

void AddedLayerTest::extentsComeFromInputsAndUses() {
    const auto formula = Formula::parse(crossed, "crossed");
    const auto extents = openExtents(*formula, {{"x", {7, 5}}}, {}, 32);
    QVERIFY(extents.has_value());
    QCOMPARE(extents->known.at("s"), std::int64_t{7});
    QCOMPARE(extents->known.at("t"), std::int64_t{7});
    QVERIFY(extents->open.empty());
    const auto open = openExtents(*Formula::parse(hidden, "hidden"), {{"x", {7, 5}}}, {{"h", 9}}, 32);
    QCOMPARE(open->known.at("h"), std::int64_t{9});
    QCOMPARE(open->open, std::vector<std::string>{"h"});
    QVERIFY(!openExtents(*formula, {{"x", {7, 5}}, {"q", {8, 5}}}, {}, 32).has_value());
}

QTEST_GUILESS_MAIN(AddedLayerTest)
#include "added_layer_test.moc"
