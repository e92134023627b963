#include "graph/graph.h"
#include "ops/elementwise.h"
#include "ops/matmul.h"

#include <QtTest>

using namespace attnscope;

class GraphTest : public QObject {
    Q_OBJECT

private slots:
    void valuesAreNamedAfterTheirLayerAndStayUnique() {
        GraphBuilder builder;
        const ValueId x = builder.input("x", {1, 4});
        builder.enterLayer("dense");
        const auto tanh = std::make_shared<Unary>(UnaryKind::Tanh);
        const ValueId first = *builder.add(tanh, {x}, "y");
        const ValueId second = *builder.add(tanh, {first}, "y");
        QCOMPARE(builder.value(first).name, std::string("dense/y"));
        QCOMPARE(builder.value(second).name, std::string("dense/y#2"));
        const Graph graph = std::move(builder).build();
        QCOMPARE(graph.find("dense/y#2")->index, second.index);
        QCOMPARE(graph.find("y").error().message, std::string("there is no value named 'y'; there are dense/y"));
    }

    void aShapeThatDoesNotFitNamesLayerAndValue() {
        GraphBuilder builder;
        const ValueId x = builder.input("x", {1, 4, 5});
        builder.enterLayer("attention");
        const ValueId kernel = builder.constant("W", share(Tensor({7, 2})));
        const auto failed = builder.add(std::make_shared<MatMul>(), {x, kernel}, "score");
        QVERIFY(!failed);
        QCOMPARE(failed.error().code, ErrorCode::Shape);
        QVERIFY2(QString::fromStdString(failed.error().text()).startsWith("layer attention: value score: "),
                 failed.error().text().c_str());
    }

    void whatDependsOnAnInputHasABatchAxis() {
        GraphBuilder builder;
        const ValueId x = builder.input("x", {2, 4});
        const ValueId weight = builder.constant("w", share(Tensor({4})));
        const ValueId negative = *builder.add(std::make_shared<Unary>(UnaryKind::Negate), {weight});
        const ValueId product = *builder.add(std::make_shared<Binary>(BinaryKind::Multiply), {x, negative});
        QVERIFY(builder.value(x).batched);
        QVERIFY(!builder.value(negative).batched);
        QVERIFY(builder.value(product).batched);
        QCOMPARE(builder.shape(product).text(), std::string("(2, 4)"));
    }

    void sitesOfASharedLayerGetNamesOfTheirOwn() {
        GraphBuilder builder;
        Site site;
        site.name = "attention";
        builder.site(site);
        builder.site(site);
        const Graph graph = std::move(builder).build();
        QCOMPARE(graph.sites()[1].name, std::string("attention#2"));
    }
};

QTEST_GUILESS_MAIN(GraphTest)
#include "graph_test.moc"
