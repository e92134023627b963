#include "eval/vulkan_backend.h"
#include "eval/vulkan_plan.h"
#include "ops/layout.h"
#include "ops/matmul.h"
#include "ops/reduce.h"
#include "support/random_tensor.h"
#include "support/tensor_compare.h"
#include "support/vulkan_device.h"

#include <QtTest>

#include <algorithm>
#include <bit>
#include <limits>
#include <random>

using namespace attnscope;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Steps on slots: what is given comes first, then what they make.
struct Run {
    std::vector<Tensor> given;
    std::vector<Shape> shapes;  ///< by slot
    std::vector<std::shared_ptr<const Operation>> operations;
    std::vector<Step> steps;

    std::size_t give(Tensor tensor) {
        shapes.push_back(tensor.shape());
        given.push_back(std::move(tensor));
        return shapes.size() - 1;
    }
    std::size_t add(std::shared_ptr<const Operation> operation, std::vector<std::size_t> inputs,
                    Fate fate = Fate::Transient) {
        std::vector<Shape> inputShapes;
        for (const std::size_t input : inputs) inputShapes.push_back(shapes[input]);
        const Result<Shape> shape = operation->inferShape(inputShapes);
        if (!shape) throw std::invalid_argument(shape.error().text());
        steps.push_back({operation.get(), std::move(inputs), shapes.size(), *shape, fate});
        operations.push_back(std::move(operation));
        shapes.push_back(*shape);
        return shapes.size() - 1;
    }
    std::size_t unary(UnaryKind kind, std::size_t x, Fate fate = Fate::Transient) {
        return add(std::make_shared<Unary>(kind, 0.3F), {x}, fate);
    }
    std::size_t binary(BinaryKind kind, std::size_t a, std::size_t b, Fate fate = Fate::Transient) {
        return add(std::make_shared<Binary>(kind), {a, b}, fate);
    }
    std::size_t reshape(std::size_t x, Shape shape, Fate fate = Fate::Transient) {
        return add(std::make_shared<Reshape>(std::move(shape)), {x}, fate);
    }
    std::size_t sum(std::size_t x, std::size_t axis, Fate fate = Fate::Transient) {
        return add(std::make_shared<Reduce>(ReduceKind::Sum, std::vector<std::size_t>{axis}), {x}, fate);
    }

    [[nodiscard]] std::vector<PlannedStep> plan() const {
        std::vector<Shape> known(shapes.size());
        std::copy_n(shapes.begin(), given.size(), known.begin());
        return planSteps(steps, std::move(known));
    }
    /// "matmul, add+tanh": what runs, in which order.
    [[nodiscard]] QString names() const {
        QStringList list;
        for (const PlannedStep& planned : plan()) list << QString::fromStdString(planned.name());
        return list.join(", ");
    }
    [[nodiscard]] Result<std::vector<StoredPtr>> store(Backend& backend) const {
        std::vector<StoredPtr> table(shapes.size());
        for (std::size_t i = 0; i < given.size(); ++i) {
            ATTN_TRY(table[i], backend.store(share(given[i])));
        }
        return table;
    }
};

/// How many results a plan writes to memory.
std::size_t written(const std::vector<PlannedStep>& plan) {
    std::size_t count = 0;
    for (const PlannedStep& planned : plan) count += planned.chain ? planned.outputs.size() : 1;
    return count;
}

/// What is wrong with the order of a plan; empty if everything is made once and before it is read.
QString problemOf(const Run& run) {
    std::vector<bool> there(run.shapes.size(), false);
    std::fill_n(there.begin(), run.given.size(), true);
    std::size_t steps = 0;
    for (const PlannedStep& planned : run.plan()) {
        steps += planned.steps.size();
        const std::vector<std::size_t> inputs = planned.chain ? planned.chain->inputs() : planned.steps[0]->inputs;
        for (const std::size_t input : inputs)
            if (!there[input]) return QString("slot %1 is read before it is there").arg(input);
        for (const auto& output : planned.outputs)
            for (const std::size_t slot : output.slots) there[slot] = true;
        if (!planned.chain) there[planned.steps[0]->output] = true;
    }
    if (steps != run.steps.size()) return "not every step is done once";
    for (const Step& step : run.steps)
        if (step.fate != Fate::Transient && !there[step.output]) return "something kept is not written";
    return {};
}

bool sameBits(const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && std::ranges::equal(a.data(), b.data(), [](float left, float right) {
               return std::bit_cast<std::uint32_t>(left) == std::bit_cast<std::uint32_t>(right) ||
                      (std::isnan(left) && std::isnan(right));
           });
}

/// A run of elementwise steps at random over a shape and what broadcasts to it, with numbers that make trouble.
Run randomRun(std::uint32_t seed) {
    const std::vector<Shape> spaces{{5, 23, 7}, {1009}, {1}, {}, {2, 1, 3, 1, 5}, {1, 70, 128}, {2, 3, 2, 3, 2, 3}};
    std::mt19937 random(seed);
    const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
    const Shape space = spaces[below(spaces.size())];
    Run run;
    run.give(test::randomTensor(space, seed));
    const std::size_t more = 1 + below(6);
    for (std::size_t i = 0; i < more; ++i) {
        Shape shape = space.from(below(space.rank() + 1));
        for (std::size_t axis = 0; axis < shape.rank(); ++axis)
            if (below(3) == 0) shape[axis] = 1;
        Tensor tensor = test::randomTensor(shape, seed + static_cast<std::uint32_t>(i) + 1);
        if (below(3) == 0) tensor[below(tensor.size())] = below(2) == 0 ? nan : (below(2) == 0 ? inf : -inf);
        run.give(std::move(tensor));
    }
    const std::size_t steps = 1 + below(20);
    for (std::size_t i = 0; i < steps; ++i) {
        // Mostly what was made last, so that there are chains.
        const auto operand = [&] {
            return below(2) == 0 ? run.shapes.size() - 1 - below(std::min<std::size_t>(3, run.shapes.size()))
                                 : below(run.shapes.size());
        };
        const Fate fate = below(4) == 0 ? Fate::Read : Fate::Transient;
        switch (below(5)) {
            case 0:
            case 1:
                run.unary(static_cast<UnaryKind>(below(static_cast<std::size_t>(UnaryKind::Not) + 1)), operand(), fate);
                break;
            case 2:
                run.add(std::make_shared<Select>(), {operand(), operand(), operand()}, fate);
                break;
            case 3: {
                const std::size_t x = operand();
                std::vector<std::int64_t> extents{1};
                extents.insert(extents.end(), run.shapes[x].begin(), run.shapes[x].end());
                if (extents.size() < 9) run.reshape(x, Shape(std::move(extents)), fate);
                break;
            }
            default:
                run.binary(static_cast<BinaryKind>(below(static_cast<std::size_t>(BinaryKind::Or) + 1)), operand(),
                           operand(), fate);
        }
    }
    for (Step& step : run.steps) {  // nothing is made for nobody
        const auto reads = [&](const Step& other) { return std::ranges::count(other.inputs, step.output) > 0; };
        if (std::ranges::none_of(run.steps, reads)) step.fate = Fate::Read;
    }
    return run;
}

}  // namespace

/// Elementwise steps that run as one on the device: what is put together, and that the numbers are the same as one by
/// one.
class FusionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        const auto device = test::vulkanDevice();
        QVERIFY2(device, device ? "" : device.error().text().c_str());
        m_device = *device;
        m_backend = makeVulkanBackend(m_device);
    }
    void cleanup() { QVERIFY2(test::validationText(*m_device).empty(), test::validationText(*m_device).c_str()); }

    /// tanh(x·v) → exp → ·mask → / sum → Σ a·x
    void aFormulaBecomesAFewKernels() {
        Run run;
        const std::size_t x = run.give(Tensor({2, 23, 7}));
        const std::size_t w = run.give(Tensor({7, 5}));
        const std::size_t b = run.give(Tensor({5}));
        const std::size_t mask = run.give(Tensor({2, 23, 1}));
        const std::size_t product = run.add(std::make_shared<MatMul>(), {x, w});
        const std::size_t e = run.unary(UnaryKind::Tanh, run.binary(BinaryKind::Add, product, b), Fate::Read);
        const std::size_t u = run.binary(BinaryKind::Multiply, run.unary(UnaryKind::Exp, e), mask);
        const std::size_t total = run.reshape(run.sum(u, 1), {2, 1, 5});
        run.binary(BinaryKind::Divide, u, total, Fate::Read);
        QCOMPARE(run.names(), QString("matmul, add+tanh+exp+multiply, reduce_sum, reshape, divide"));
        QCOMPARE(problemOf(run), QString());
        QCOMPARE(run.plan()[1].outputs.size(), std::size_t{2});  // e and u; neither the sum nor the exponential
    }

    void whatIsInBetweenIsNotWritten() {
        Run run;
        std::size_t x = run.give(Tensor({23}));
        for (int i = 0; i < 7; ++i) x = run.unary(UnaryKind::Tanh, x);
        run.unary(UnaryKind::Tanh, x, Fate::Kept);
        QCOMPARE(run.plan().size(), std::size_t{1});
        QCOMPARE(written(run.plan()), std::size_t{1});
    }

    void twoBranchesBecomeOne() {
        Run run;
        const std::size_t a = run.give(Tensor({2, 5}));
        const std::size_t b = run.give(Tensor({5}));
        const std::size_t gate = run.unary(UnaryKind::Sigmoid, a);
        const std::size_t other = run.binary(BinaryKind::Subtract, b, a);
        run.binary(BinaryKind::Multiply, gate, other, Fate::Kept);
        QCOMPARE(run.names(), QString("sigmoid+subtract+multiply"));
    }

    void whatIsStretchedAfterwardsIsMadeBefore() {
        Run run;
        const std::size_t row = run.unary(UnaryKind::Exp, run.give(Tensor({1, 5})));
        run.binary(BinaryKind::Multiply, row, run.give(Tensor({3, 5})), Fate::Kept);
        QCOMPARE(run.names(), QString("exp, multiply"));
    }

    void onlyReshapesThatMoveNothingAreWithinAChain() {
        Run run;
        const std::size_t x = run.unary(UnaryKind::Exp, run.give(Tensor({3, 1, 5})));
        const std::size_t same = run.unary(UnaryKind::Tanh, run.reshape(x, {3, 5}));
        run.unary(UnaryKind::Abs, run.reshape(same, {15}), Fate::Kept);
        QCOMPARE(run.names(), QString("exp+tanh, reshape, abs"));
        QCOMPARE(problemOf(run), QString());
    }

    void aReaderInBetweenHasWhatItReads() {
        Run run;
        const std::size_t x = run.unary(UnaryKind::Exp, run.give(Tensor({3, 5})));
        const std::size_t total = run.sum(x, 0);
        run.binary(BinaryKind::Divide, x, total, Fate::Kept);
        QCOMPARE(run.names(), QString("exp, reduce_sum, divide"));
    }

    void whatDoesNotDependOnAChainDoesNotEndIt() {
        Run run;
        const std::size_t x = run.give(Tensor({3, 5}));
        const std::size_t e = run.unary(UnaryKind::Exp, x);
        const std::size_t total = run.sum(x, 0);
        run.binary(BinaryKind::Divide, e, total, Fate::Kept);
        QCOMPARE(run.names(), QString("reduce_sum, exp+divide"));
        QCOMPARE(problemOf(run), QString());
    }

    void aKernelTakesSoManyStepsInputsAndOutputs() {
        Run steps;
        std::size_t x = steps.give(Tensor({5}));
        for (int i = 0; i < 20; ++i) x = steps.unary(UnaryKind::Tanh, x);
        steps.steps.back().fate = Fate::Kept;
        QCOMPARE(steps.plan().size(), std::size_t{3});

        Run inputs;
        x = inputs.give(Tensor({5}));
        std::vector<std::size_t> others;
        for (int i = 0; i < 7; ++i) others.push_back(inputs.give(Tensor({5})));
        for (const std::size_t other : others) x = inputs.binary(BinaryKind::Add, x, other);
        inputs.steps.back().fate = Fate::Kept;
        QCOMPARE(inputs.plan().size(), std::size_t{2});
        QCOMPARE(problemOf(inputs), QString());

        Run outputs;
        x = outputs.give(Tensor({5}));
        for (int i = 0; i < 7; ++i) x = outputs.unary(UnaryKind::Tanh, x, Fate::Kept);
        QCOMPARE(outputs.plan().size(), std::size_t{2});
        QCOMPARE(problemOf(outputs), QString());
    }

    void fusedNumbersAreThoseOfOneByOne_data() {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 40; ++seed) QTest::addRow("%u", seed) << seed;
    }
    void fusedNumbersAreThoseOfOneByOne() {
        QFETCH(unsigned, seed);
        const Run run = randomRun(seed);
        QCOMPARE(problemOf(run), QString());
        auto fused = run.store(*m_backend);
        auto single = run.store(*m_backend);
        QVERIFY(fused && single);
        const Status together = m_backend->run(run.steps, *fused, {});
        QVERIFY2(together, together ? "" : together.error().text().c_str());
        for (Step step : run.steps) {
            step.fate = Fate::Kept;
            QVERIFY(m_backend->run(std::span(&step, 1), *single, {}));
        }
        for (const Step& step : run.steps) {
            QCOMPARE((*fused)[step.output] == nullptr, step.fate == Fate::Transient);
            if (step.fate == Fate::Transient) continue;
            const TensorPtr found = *(*fused)[step.output]->read();
            const TensorPtr expected = *(*single)[step.output]->read();
            QVERIFY2(sameBits(*found, *expected),
                     (run.names().toStdString() + ": " + test::difference(*found, *expected, {0.0F, 0.0F})).c_str());
        }
    }

    void theProfileNamesWhatRanAsOne() {
        Run run;
        const std::size_t x = run.give(test::randomTensor({23, 25}, 1));
        const std::size_t e = run.unary(UnaryKind::Exp, run.binary(BinaryKind::Add, x, run.give(Tensor({25}, 1.0F))));
        run.sum(e, 0, Fate::Kept);
        Profile profile;
        auto table = run.store(*m_backend);
        QVERIFY(table);
        m_backend->profileInto(&profile);
        const Status status = m_backend->run(run.steps, *table, {});
        m_backend->profileInto(nullptr);
        QVERIFY(status);
        QCOMPARE(profile.size(), std::size_t{2});
        QCOMPARE(profile[0].operation, std::string("add+exp"));
        QCOMPARE(profile[0].shape, (Shape{23, 25}));
        QCOMPARE(profile[1].operation, std::string("reduce_sum"));
    }

private:
    std::shared_ptr<vulkan::Device> m_device;
    std::shared_ptr<Backend> m_backend;
};

QTEST_GUILESS_MAIN(FusionTest)
#include "fusion_test.moc"
