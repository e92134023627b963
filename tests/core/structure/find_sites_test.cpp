#include "structure/find_sites.h"
#include "ops/elementwise.h"
#include "ops/layout.h"
#include "ops/matmul.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "support/run_graph.h"

#include <QtTest/QtTest>

using namespace attnscope;
using namespace attnscope::test;

namespace {

/// A sequence x [batch, 4, 3] and a score for each of its timesteps [batch, 4, 1].
struct Scored {
    GraphBuilder graph;
    ValueId x;
    ValueId score;

    Scored() {
        x = graph.input("x", {2, 4, 3});
        graph.enterLayer("dense");
        const ValueId kernel = graph.constant("kernel", share(Tensor({3, 1}, {0.5F, -1.0F, 0.25F})));
        score = add(std::make_shared<MatMul>(), {x, kernel}, "product");
    }

    ValueId add(std::shared_ptr<const Operation> operation, std::vector<ValueId> inputs, const char* name = "") {
        Result<ValueId> added = graph.add(std::move(operation), std::move(inputs), name);
        if (!added) throw std::runtime_error(added.error().text());
        return *added;
    }
    ValueId binary(BinaryKind kind, ValueId a, ValueId b) { return add(std::make_shared<Binary>(kind), {a, b}); }
    ValueId sum(ValueId value, bool keep = false) {
        return add(std::make_shared<Reduce>(ReduceKind::Sum, std::vector<std::size_t>{1}, keep), {value});
    }
    GraphWithSites find() { return findSites(std::move(graph).build(), {{"dense", "Dense"}, {"soft", "Softmax"}}); }
};

const Tensor sequence({2, 4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 0, 1, -1, 2, -3, 4, -5, 6, 0, 0, 1, 2, 2, 2});

std::string names(const Graph& graph) {
    std::string all;
    for (const Site& site : graph.sites()) all += site.name + " ";
    return all;
}

}  // namespace

class FindSitesTest : public QObject {
    Q_OBJECT

private slots:
    void exponentialsOverTheirSumAreAttention_data() {
        QTest::addColumn<bool>("epsilon");
        QTest::addColumn<bool>("masked");
        QTest::newRow("plain") << false << false;
        QTest::newRow("with an epsilon") << true << false;
        QTest::newRow("masked") << false << true;
    }
    void exponentialsOverTheirSumAreAttention() {
        QFETCH(bool, epsilon);
        QFETCH(bool, masked);
        Scored model;
        model.graph.enterLayer("soft");
        ValueId u = model.add(std::make_shared<Unary>(UnaryKind::Exp), {model.score});
        if (masked) {
            const ValueId bits = model.binary(BinaryKind::NotEqual, model.x, model.graph.scalar("zero", 0.0F));
            u = model.binary(
                BinaryKind::Multiply, u,
                model.add(std::make_shared<Reduce>(ReduceKind::Max, std::vector<std::size_t>{2}, true), {bits}));
        }
        ValueId total = model.sum(u, true);
        if (epsilon) total = model.binary(BinaryKind::Add, total, model.graph.scalar("epsilon", 1e-7F));
        const ValueId a = model.binary(BinaryKind::Divide, u, total);
        const ValueId c = model.sum(model.binary(BinaryKind::Multiply, model.x, a));
        const std::string weights = model.graph.value(a).name;
        const std::string output = model.graph.value(c).name;
        const Graph graph = model.find().graph;
        QVERIFY2(graph.sites().size() == 1, names(graph).c_str());
        const Site& site = graph.sites().front();
        QCOMPARE(site.layer, std::string("soft"));
        QCOMPARE(site.className, std::string("Softmax"));
        QCOMPARE(graph.value(site.score).name, std::string("dense/product"));
        QCOMPARE(graph.value(site.weights).name, weights);
        QCOMPARE(graph.value(site.values).name, std::string("x"));
        QCOMPARE(graph.value(site.output).name, output);
        QCOMPARE(site.find(site.output)->axes, std::vector<std::string>{"f"});
        QCOMPARE(site.find(site.values)->axes, (std::vector<std::string>{"t", "f"}));
        QVERIFY(!site.mask);
    }

    void aSoftmaxGetsAMaskForWhatIfs() {
        Scored model;
        model.graph.enterLayer("soft");
        const ValueId a = model.add(std::make_shared<Softmax>(1), {model.score}, "softmax");
        const ValueId c = model.sum(model.binary(BinaryKind::Multiply, model.x, a));
        model.graph.output(c);
        model.graph.layerOutput("soft", a);
        const Graph graph = model.find().graph;
        QCOMPARE(graph.sites().size(), std::size_t{1});
        const Site& site = graph.sites().front();
        QVERIFY(site.mask && site.maskIsWhatIf);
        QCOMPARE(graph.value(*site.mask).shape.text(), std::string("(2, 4)"));
        QCOMPARE(graph.value(graph.layerOutputs().front().value).name, std::string("soft/softmax"));
        QCOMPARE(graph.outputs(), std::vector{site.output});
        Tensor mask({2, 4}, 1.0F);
        mask[1] = 0.0F;
        const auto all = runGraph(graph, {{"x", sequence}});
        const auto without = runGraph(graph, {{"x", sequence}, {graph.value(*site.mask).name, mask}});
        QVERIFY(all && without);
        const Tensor& before = (*all)[site.weights];
        const Tensor& after = (*without)[site.weights];
        QCOMPARE(after[1], 0.0F);
        for (const std::size_t t : {0U, 2U, 3U}) QVERIFY(std::abs(after[t] - before[t] / (1.0F - before[1])) < 1e-6F);
        for (std::size_t t = 4; t < 8; ++t) QCOMPARE(after[t], before[t]);
    }

    void whatIsNormalisedOverFeaturesIsToldApart() {
        Scored model;
        model.graph.enterLayer("gate");
        const ValueId gate = model.add(std::make_shared<Softmax>(2), {model.x}, "softmax");
        model.sum(model.binary(BinaryKind::Multiply, model.x, gate));
        const GraphWithSites found = model.find();
        QVERIFY(found.graph.sites().empty());
        QCOMPARE(found.notes,
                 std::vector<std::string>{"layer gate normalises over features at every timestep, so it is "
                                          "no attention over timesteps"});
    }

    void aSoftmaxOverOneNumberIsToldToo() {
        Scored model;
        model.graph.enterLayer("soft");
        const ValueId ones = model.add(std::make_shared<Softmax>(2), {model.score}, "softmax");
        model.sum(model.binary(BinaryKind::Multiply, model.x, ones));
        const GraphWithSites found = model.find();
        QVERIFY(found.graph.sites().empty());
        QCOMPARE(found.notes.size(), std::size_t{1});
        QVERIFY(found.notes.front().find("a single number") != std::string::npos);
    }

    void theMeanOverAMaskIsNoAttention() {
        Scored model;
        model.graph.enterLayer("mean");
        const ValueId bits = model.binary(BinaryKind::NotEqual, model.score, model.graph.scalar("zero", 0.0F));
        const ValueId shares = model.binary(BinaryKind::Divide, bits, model.sum(bits, true));
        model.sum(model.binary(BinaryKind::Multiply, model.x, shares));
        QVERIFY(model.find().graph.sites().empty());
    }

    void weightsThatMeetWeightsOrBitsWeighNothing() {
        Scored model;
        model.graph.enterLayer("soft");
        const ValueId a = model.add(std::make_shared<Softmax>(1), {model.score});
        const ValueId b = model.add(std::make_shared<Softmax>(1), {model.x});
        model.sum(model.binary(BinaryKind::Multiply, a, b));
        QVERIFY(model.find().graph.sites().empty());
    }

    void everyPathThroughTheGraphIsBounded() {
        Scored model;
        model.graph.enterLayer("soft");
        ValueId a = model.add(std::make_shared<Softmax>(1), {model.score});
        for (int i = 0; i < 3000; ++i) a = model.add(std::make_shared<Unary>(UnaryKind::Identity), {a});
        model.sum(model.binary(BinaryKind::Multiply, model.x, a));
        QVERIFY(model.find().graph.sites().empty());
        Scored second;
        ValueId deep = second.x;
        for (int i = 0; i < 3000; ++i) deep = second.add(std::make_shared<Unary>(UnaryKind::Tanh), {deep});
        second.graph.enterLayer("soft");
        const ValueId weights = second.add(std::make_shared<Softmax>(1), {second.score});
        second.sum(second.binary(BinaryKind::Multiply, deep, weights));
        QVERIFY(second.find().graph.sites().empty());
    }

    void namesThatKerasGaveAreRecognised_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("className");
        QTest::addColumn<bool>("automatic");
        QTest::newRow("first") << "dense"
                               << "Dense" << true;
        QTest::newRow("numbered") << "dense_12"
                                  << "Dense" << true;
        QTest::newRow("words and digits") << "global_average_pooling1d_1"
                                          << "GlobalAveragePooling1D" << true;
        QTest::newRow("repeat") << "repeat_vector"
                                << "RepeatVector" << true;
        QTest::newRow("a person's") << "attention_vec"
                                    << "Permute" << false;
        QTest::newRow("only begins so") << "dense_scores"
                                        << "Dense" << false;
        QTest::newRow("no class") << "dense"
                                  << "" << false;
    }
    void namesThatKerasGaveAreRecognised() {
        QFETCH(QString, name);
        QFETCH(QString, className);
        QFETCH(bool, automatic);
        QCOMPARE(isAutomaticName(name.toStdString(), className.toStdString()), automatic);
    }
};

QTEST_GUILESS_MAIN(FindSitesTest)
#include "find_sites_test.moc"
