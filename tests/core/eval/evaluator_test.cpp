#include "eval/evaluator.h"
#include "eval/cpu_backend.h"
#include "ops/elementwise.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

#include <QtTest>

using namespace attnscope;

namespace {

/// x → expensive = exp(x) → weights = softmax(expensive, mask) → output = sum(weights · x)
struct Chain {
    std::shared_ptr<const Graph> graph;
    ValueId x, mask, expensive, weights, output;
};

Chain makeChain(std::int64_t batch, std::int64_t timesteps) {
    GraphBuilder builder;
    Chain chain;
    chain.x = builder.input("x", {batch, timesteps});
    builder.enterLayer("slow");
    chain.expensive = *builder.add(std::make_shared<Unary>(UnaryKind::Tanh), {chain.x}, "h");
    builder.enterLayer("attention");
    chain.mask = builder.batchedConstant("mask", share(Tensor({batch, timesteps}, 1.0F)));
    chain.weights = *builder.add(std::make_shared<Softmax>(1), {chain.expensive, chain.mask}, "a");
    const ValueId weighed = *builder.add(std::make_shared<Binary>(BinaryKind::Multiply), {chain.weights, chain.x});
    chain.output = *builder.add(std::make_shared<Reduce>(ReduceKind::Sum, std::vector<std::size_t>{1}), {weighed}, "c");
    Site site;
    site.name = "attention";
    site.named = {{"mask", chain.mask, {"t"}, ValueRole::Mask}, {"a", chain.weights, {"t"}, ValueRole::Weights}};
    site.score = chain.expensive;
    site.weights = chain.weights;
    site.values = chain.x;
    site.output = chain.output;
    site.mask = chain.mask;
    site.timeAxis = "t";
    builder.site(site);
    builder.output(chain.output);
    chain.graph = std::make_shared<const Graph>(std::move(builder).build());
    return chain;
}

TensorPtr ramp(const Shape& shape) {
    Tensor tensor(shape);
    for (std::size_t i = 0; i < tensor.size(); ++i) tensor[i] = 0.25F * static_cast<float>(i) - 0.5F;
    return share(std::move(tensor));
}

}  // namespace

class EvaluatorTest : public QObject {
    Q_OBJECT

private slots:
    void nothingRunsTwice() {
        const Chain chain = makeChain(1, 4);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        const auto first = evaluator.evaluate({ramp({1, 4})}, {}, {chain.output}, {});
        QVERIFY(first);
        QCOMPARE(first->evaluatedOperations, std::size_t{4});
        const auto second = evaluator.evaluate({ramp({1, 4})}, {}, {chain.output}, {});
        QVERIFY(second);
        QCOMPARE(second->evaluatedOperations, std::size_t{0});
        QCOMPARE((*second->values.at(chain.output))[0], (*first->values.at(chain.output))[0]);
    }

    void aRunThatNeedsTooMuchMemoryIsRefusedBeforeItBegins() {
        constexpr std::int64_t timesteps = std::int64_t{1} << 20;  // 4 MiB, so that values in between are not kept
        const Chain chain = makeChain(1, timesteps);
        // At the worst, the product stands beside the weights and the values that an edit of the site would need.
        Evaluator small(chain.graph, makeCpuBackend(std::uint64_t{10} << 20U));
        const auto refused = small.evaluate({ramp({1, timesteps})}, {}, {chain.output}, {});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Limit);
        const QString message = QString::fromStdString(refused.error().text());
        QVERIFY2(message.contains("need 12 MiB of memory, limit 10 MiB"), qPrintable(message));
        Evaluator enough(chain.graph, makeCpuBackend(std::uint64_t{13} << 20U));
        QVERIFY(enough.evaluate({ramp({1, timesteps})}, {}, {chain.output}, {}));
        // Values that nobody reads any more make room for later ones.
        QVERIFY(small.evaluate({ramp({1, timesteps})}, {}, {chain.output}, {}, Remember::Wanted));
    }

    void anEditRunsOnlyWhatLiesDownstream() {
        const Chain chain = makeChain(1, 4);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        QVERIFY(evaluator.evaluate({ramp({1, 4})}, {}, {chain.output}, {}));
        Edits edits;
        edits.set("attention/mask", {2}, 0.0F);
        const auto masked = evaluator.evaluate({ramp({1, 4})}, edits, {chain.weights, chain.output}, {});
        QVERIFY(masked);
        QCOMPARE(masked->evaluatedOperations, std::size_t{3});  // softmax, product, sum; not tanh
        QCOMPARE((*masked->values.at(chain.weights))[2], 0.0F);
        // Undo brings back what is still remembered.
        const auto undone = evaluator.evaluate({ramp({1, 4})}, {}, {chain.output}, {});
        QCOMPARE(undone->evaluatedOperations, std::size_t{0});
    }

    void onlyWhatIsWantedRuns() {
        const Chain chain = makeChain(1, 4);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        const auto result = evaluator.evaluate({ramp({1, 4})}, {}, {chain.expensive}, {});
        QVERIFY(result);
        QCOMPARE(result->evaluatedOperations, std::size_t{1});
    }

    void anEditOfAnIntermediateValueTakesItsPlace() {
        const Chain chain = makeChain(2, 3);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        Edits edits;
        edits.set("slow/h", {}, 0.0F);
        edits.set("slow/h", {1}, 100.0F);
        const auto result = evaluator.evaluate({ramp({2, 3})}, edits, {chain.weights, chain.expensive}, {});
        QVERIFY(result);
        for (const std::size_t row : {0U, 1U}) {
            QCOMPARE((*result->values.at(chain.expensive))[row * 3 + 1], 100.0F);
            QCOMPARE((*result->values.at(chain.weights))[row * 3], 0.0F);
            QCOMPARE((*result->values.at(chain.weights))[row * 3 + 1], 1.0F);
        }
    }

    void anEditOfAnInputReachesEverything() {
        const Chain chain = makeChain(1, 3);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        Edits edits;
        edits.set("x", {0}, 7.0F);
        const auto result = evaluator.evaluate({ramp({1, 3})}, edits, {chain.expensive}, {});
        QVERIFY(result);
        QCOMPARE((*result->values.at(chain.expensive))[0], std::tanh(7.0F));
    }

    void pinnedWeightsAreUniformOverWhatTheMaskLetsThrough() {
        const Chain chain = makeChain(1, 4);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        Edits edits;
        edits.pinUniform("attention/a", true);
        edits.set("attention/mask", {0}, 0.0F);
        const auto result = evaluator.evaluate({ramp({1, 4})}, edits, {chain.weights}, {});
        QVERIFY(result);
        QCOMPARE((*result->values.at(chain.weights))[0], 0.0F);
        for (const std::size_t t : {1U, 2U, 3U}) QCOMPARE((*result->values.at(chain.weights))[t], 1.0F / 3.0F);
    }

    void anotherInputIsAnotherResult() {
        const Chain chain = makeChain(1, 4);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        QVERIFY(evaluator.evaluate({ramp({1, 4})}, {}, {chain.output}, {}));
        const auto other = evaluator.evaluate({share(Tensor({1, 4}, 2.0F))}, {}, {chain.output}, {});
        QVERIFY(other);
        QCOMPARE(other->evaluatedOperations, std::size_t{4});
        QCOMPARE((*other->values.at(chain.output))[0], 2.0F);
    }

    void memoryStaysWithinItsBudget() {
        const Chain chain = makeChain(1, 1000);
        Evaluator evaluator(chain.graph, makeCpuBackend(), 10'000);
        QVERIFY(evaluator.evaluate({ramp({1, 1000})}, {}, {chain.output}, {}));
        QVERIFY(evaluator.evaluate({share(Tensor({1, 1000}, 2.0F))}, {}, {chain.output}, {}));
        // The first input's results had to go, so they are computed anew: right, only slower.
        const auto again = evaluator.evaluate({ramp({1, 1000})}, {}, {chain.expensive}, {});
        QVERIFY(again);
        QCOMPARE(again->evaluatedOperations, std::size_t{1});
    }

    void cancellationLeavesNothingWrongBehind() {
        const Chain chain = makeChain(1, 4);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        CancelToken cancel;
        cancel.cancel();
        const auto cancelled = evaluator.evaluate({ramp({1, 4})}, {}, {chain.output}, cancel);
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
        const auto result = evaluator.evaluate({ramp({1, 4})}, {}, {chain.output}, {});
        QVERIFY(result);
        QCOMPARE(result->evaluatedOperations, std::size_t{4});
    }

    void wrongShapesAreNamed() {
        const Chain chain = makeChain(1, 4);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        const auto result = evaluator.evaluate({ramp({1, 5})}, {}, {chain.output}, {});
        QVERIFY(!result);
        QCOMPARE(result.error().text(), std::string("input x: shape (1, 5) found, (1, 4) expected"));
        const auto none = evaluator.evaluate({}, {}, {chain.output}, {});
        QCOMPARE(none.error().text(), std::string("0 inputs found, 1 expected"));
    }
};

QTEST_GUILESS_MAIN(EvaluatorTest)
#include "evaluator_test.moc"
