#include "eval/evaluator.h"
#include "eval/vulkan_backend.h"
#include "ops/elementwise.h"
#include "ops/layout.h"
#include "ops/matmul.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "support/random_tensor.h"
#include "support/tensor_compare.h"
#include "support/vulkan_device.h"

#include <QtTest>

#include <random>

using namespace attnscope;

namespace {

constexpr std::int64_t side = 600;
constexpr std::size_t matrixBytes = side * side * sizeof(float);
static_assert(matrixBytes > Evaluator::smallValue);

ValueId unary(GraphBuilder& builder, UnaryKind kind, ValueId x, std::string_view name = {}) {
    return *builder.add(std::make_shared<Unary>(kind), {x}, name);
}
ValueId binary(GraphBuilder& builder, BinaryKind kind, ValueId a, ValueId b, std::string_view name = {}) {
    return *builder.add(std::make_shared<Binary>(kind), {a, b}, name);
}

/// Softmax after softmax: steps that do not become one, each value read by the next alone.
struct Chain {
    std::shared_ptr<const Graph> graph;
    std::vector<ValueId> values;
    TensorPtr input = share(test::randomTensor({1, side, side}, 1));
};

Chain makeChain(int length) {
    Chain chain;
    GraphBuilder builder;
    ValueId x = builder.input("x", {1, side, side});
    for (int i = 0; i < length; ++i) {
        x = *builder.add(std::make_shared<Softmax>(1 + static_cast<std::size_t>(i % 2)), {x});
        chain.values.push_back(x);
    }
    builder.output(x);
    chain.graph = std::make_shared<const Graph>(std::move(builder).build());
    return chain;
}

/// A graph of what models are made of, at random; everything has the shape (2, n, n), or (2, 1, n) where it was summed.
std::shared_ptr<const Graph> randomGraph(std::uint32_t seed, std::int64_t n) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
    GraphBuilder builder;
    std::vector<ValueId> matrices{builder.input("x", {2, n, n}),
                                  builder.constant("w", share(test::randomTensor({2, n, n}, seed)))};
    const std::size_t nodes = 5 + below(25);
    for (std::size_t i = 0; i < nodes; ++i) {
        const auto any = [&] {
            return matrices[matrices.size() - 1 - below(std::min<std::size_t>(5, matrices.size()))];
        };
        switch (below(8)) {
            case 0:
                matrices.push_back(unary(builder, UnaryKind::Tanh, any()));
                break;
            case 1:
                matrices.push_back(unary(builder, UnaryKind::Sigmoid, any()));
                break;
            case 2:
                matrices.push_back(*builder.add(std::make_shared<Softmax>(1 + below(2)), {any()}));
                break;
            case 3:
                matrices.push_back(*builder.add(std::make_shared<Permute>(std::vector<std::size_t>{0, 2, 1}), {any()}));
                break;
            case 4:
                matrices.push_back(*builder.add(std::make_shared<Softmax>(2),
                                                {*builder.add(std::make_shared<MatMul>(), {any(), any()})}));
                break;
            case 5: {  // standardised by its mean, which is stretched again
                const ValueId x = any();
                const ValueId mean =
                    *builder.add(std::make_shared<Reduce>(ReduceKind::Mean, std::vector<std::size_t>{1}), {x});
                const ValueId row = *builder.add(std::make_shared<Reshape>(Shape{2, 1, n}), {mean});
                matrices.push_back(binary(builder, BinaryKind::Subtract, x, row));
                break;
            }
            case 6: {  // there and back: bytes that are shared
                const ValueId flat = *builder.add(std::make_shared<Reshape>(Shape{2, n * n}), {any()});
                matrices.push_back(*builder.add(std::make_shared<Reshape>(Shape{2, n, n}), {flat}));
                break;
            }
            default:
                matrices.push_back(
                    binary(builder, below(2) == 0 ? BinaryKind::Multiply : BinaryKind::Maximum, any(), any()));
        }
    }
    builder.output(matrices.back());
    return std::make_shared<const Graph>(std::move(builder).build());
}

/// h = tanh(x) → a = softmax(h, mask) → c = Σ a·x, all of it large; h is nobody's named value.
struct Attention {
    std::shared_ptr<const Graph> graph;
    ValueId mask, weights, output;
    TensorPtr input = share(test::randomTensor({1, side, side}, 2));
};

Attention makeAttention() {
    Attention made;
    GraphBuilder builder;
    const ValueId x = builder.input("x", {1, side, side});
    builder.enterLayer("slow");
    const ValueId h = *builder.add(std::make_shared<Softmax>(2), {unary(builder, UnaryKind::Tanh, x)}, "h");
    builder.enterLayer("attention");
    made.mask = builder.batchedConstant("mask", share(Tensor({1, side, 1}, 1.0F)));
    made.weights = *builder.add(std::make_shared<Softmax>(1), {h, made.mask}, "a");
    made.output = *builder.add(std::make_shared<Reduce>(ReduceKind::Sum, std::vector<std::size_t>{1}),
                               {binary(builder, BinaryKind::Multiply, made.weights, x)}, "c");
    Site site;
    site.name = "attention";
    site.named = {{"mask", made.mask, {"t", "one"}, ValueRole::Mask},
                  {"a", made.weights, {"t", "f"}, ValueRole::Weights}};
    site.score = h;
    site.weights = made.weights;
    site.values = x;
    site.output = made.output;
    site.mask = made.mask;
    site.timeAxis = "t";
    builder.site(site);
    builder.output(made.output);
    made.graph = std::make_shared<const Graph>(std::move(builder).build());
    return made;
}

}  // namespace

/// What a run keeps, and that what it does not keep never harms what it does.
class LivenessTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() {
        const std::string messages = m_devices.messages();
        QVERIFY2(messages.empty(), messages.c_str());
    }

    void aLongChainNeedsNoMoreMemoryThanAShortOne() {
        const Chain chain = makeChain(16);
        const auto mostBytes = [&](const std::vector<ValueId>& wanted) {
            const auto device = m_devices.open();
            Evaluator evaluator(chain.graph, makeVulkanBackend(device));
            const auto found = evaluator.evaluate({chain.input}, {}, wanted, {});
            if (!found) return std::uint64_t{0};
            return device->use().mostBytes;
        };
        const std::uint64_t everything = mostBytes(chain.values);
        const std::uint64_t last = mostBytes({chain.values.back()});
        QVERIFY(everything >= 17 * matrixBytes);
        QVERIFY2(last > 0 && last <= 5 * matrixBytes,
                 std::to_string(last).c_str());  // input, two in turn, what is wanted
    }

    void keptValuesAreTheSameWhateverElseIsKept_data() {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 20; ++seed) QTest::addRow("%u", seed) << seed;
    }
    void keptValuesAreTheSameWhateverElseIsKept() {
        QFETCH(unsigned, seed);
        const std::int64_t n = seed % 3 == 0 ? 37 : 16;
        const auto graph = randomGraph(seed, n);
        const TensorPtr input = share(test::randomTensor({2, n, n}, seed + 100));
        std::vector<ValueId> all;
        for (const Node& node : graph->nodes()) all.push_back(node.output);
        static const auto device = m_devices.open();  // its pipelines serve every seed
        const auto expected = Evaluator(graph, makeVulkanBackend(device)).evaluate({input}, {}, all, {});
        const auto reference = Evaluator(graph, makeCpuBackend()).evaluate({input}, {}, all, {});
        QVERIFY2(expected && reference, expected ? "" : expected.error().text().c_str());

        std::mt19937 random(seed);
        for (int round = 0; round < 4; ++round) {
            std::vector<ValueId> wanted{graph->outputs().front()};
            for (int i = 0; i < round; ++i) wanted.push_back(all[random() % all.size()]);
            for (const auto& backend : {makeVulkanBackend(device), makeCpuBackend()}) {
                const auto found = Evaluator(graph, backend).evaluate({input}, {}, wanted, {}, Remember::Wanted);
                QVERIFY2(found, found ? "" : found.error().text().c_str());
                const Evaluation& same = backend->name() == "cpu" ? *reference : *expected;
                for (const ValueId id : wanted) {
                    const std::string& name = graph->value(id).name;
                    const std::string problem =
                        test::difference(*found->values.at(id), *same.values.at(id), {0.0F, 0.0F});
                    QVERIFY2(problem.empty(), (backend->name() + " " + name + ": " + problem).c_str());
                    const std::string wrong = test::difference(*found->values.at(id), *reference->values.at(id));
                    QVERIFY2(wrong.empty(), (name + " against the CPU: " + wrong).c_str());
                }
            }
        }
    }

    void anEvaluationIsOneSubmission() {
        const Attention attention = makeAttention();
        const auto device = m_devices.open();
        Evaluator evaluator(attention.graph, makeVulkanBackend(device));
        const std::vector<ValueId> wanted{attention.mask, attention.weights, attention.output};
        const auto submissions = [&](const Edits& edits) {
            const int before = device->use().submissions;
            return evaluator.evaluate({attention.input}, edits, wanted, {}) ? device->use().submissions - before : -1;
        };
        QCOMPARE(submissions({}), 1);  // with the weights' way up and the way back of what is wanted
        Edits edits;
        edits.set("attention/mask", {5}, 0.0F);
        QCOMPARE(submissions(edits), 1);
        QCOMPARE(submissions({}), 0);
        QCOMPARE(submissions(edits), 0);
    }

    void anEditOfASiteStartsFromWhatTheSiteReads() {
        const Attention attention = makeAttention();
        for (const auto& backend : {makeCpuBackend(), makeVulkanBackend(m_devices.open())}) {
            Evaluator evaluator(attention.graph, backend);
            const auto first = evaluator.evaluate({attention.input}, {}, {attention.output}, {});
            QVERIFY(first);
            QCOMPARE(first->evaluatedOperations, std::size_t{5});
            for (int timestep = 0; timestep < 3; ++timestep) {
                Edits edits;
                edits.set("attention/mask", {timestep}, 0.0F);
                // Softmax, product and sum; not what `h` is made of, though nobody asked for `h`.
                QCOMPARE(evaluator.evaluate({attention.input}, edits, {attention.output}, {})->evaluatedOperations,
                         std::size_t{3});
            }
        }
    }

    void whatAnEditIsAppliedToIsKept() {
        const Attention attention = makeAttention();
        Evaluator evaluator(attention.graph, makeCpuBackend());
        for (int step = 0; step < 3; ++step) {
            Edits edits;
            edits.set("attention/a", {3, 4}, 0.1F * static_cast<float>(step));
            const auto found = evaluator.evaluate({attention.input}, edits, {attention.output}, {});
            QVERIFY(found);
            QCOMPARE(found->evaluatedOperations, std::size_t(step == 0 ? 5 : 2));  // product and sum
        }
    }

    void aLargeValueInBetweenIsComputedAgainWhenItIsAskedFor() {
        const Chain chain = makeChain(6);
        Evaluator evaluator(chain.graph, makeCpuBackend());
        QCOMPARE(evaluator.evaluate({chain.input}, {}, {chain.values.back()}, {})->evaluatedOperations, std::size_t{6});
        const auto middle = evaluator.evaluate({chain.input}, {}, {chain.values[3]}, {});
        QCOMPARE(middle->evaluatedOperations, std::size_t{4});
        const auto expected = Evaluator(chain.graph, makeCpuBackend()).evaluate({chain.input}, {}, chain.values, {});
        QCOMPARE(test::difference(*middle->values.at(chain.values[3]), *expected->values.at(chain.values[3])),
                 std::string());
    }

    void smallValuesAreKept() {
        GraphBuilder builder;
        const ValueId x = builder.input("x", {1, 23});
        const ValueId e = unary(builder, UnaryKind::Exp, x);
        builder.output(unary(builder, UnaryKind::Tanh, e));
        const auto graph = std::make_shared<const Graph>(std::move(builder).build());
        Evaluator evaluator(graph, makeCpuBackend());
        const TensorPtr input = share(test::randomTensor({1, 23}, 3));
        QVERIFY(evaluator.evaluate({input}, {}, graph->outputs(), {}));
        QCOMPARE(evaluator.evaluate({input}, {}, {e}, {})->evaluatedOperations, std::size_t{0});
        // But not of a sequence that nobody works on.
        const TensorPtr other = share(test::randomTensor({1, 23}, 4));
        QVERIFY(evaluator.evaluate({other}, {}, graph->outputs(), {}, Remember::Wanted));
        QCOMPARE(evaluator.evaluate({other}, {}, graph->outputs(), {}, Remember::Wanted)->evaluatedOperations,
                 std::size_t{0});
        QCOMPARE(evaluator.evaluate({other}, {}, {e}, {})->evaluatedOperations, std::size_t{1});
    }

private:
    test::VulkanDevices m_devices;
};

QTEST_GUILESS_MAIN(LivenessTest)
#include "liveness_test.moc"
