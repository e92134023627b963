#include "ops/recurrent.h"
#include "support/random_tensor.h"
#include "support/run_operation.h"
#include "support/tensor_compare.h"

#include <QtTest>

#include <cmath>

using namespace attnscope;

namespace {

Tensor evaluated(const Recurrent::Options& options, const std::vector<Tensor>& inputs, const CancelToken& cancel = {}) {
    Result<Tensor> output = test::runOperation(Recurrent(options), inputs, cancel);
    if (!output) qFatal("%s", output.error().text().c_str());
    return *std::move(output);
}

/// h = x + h₋₁ / 2, so that every number can be worked out in one's head.
Recurrent::Options adding() {
    Recurrent::Options options;
    options.cell = Cell::Simple;
    options.activation = UnaryKind::Identity;
    return options;
}

const Tensor half({1, 1}, 0.5F);

/// Four timesteps of one unit.
Tensor steps(std::vector<float> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    return Tensor({1, count, 1}, std::move(values));
}

Tensor mask(std::vector<float> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    return Tensor({1, count}, std::move(values));
}

#define COMPARE_TENSORS(actual, expected)                               \
    do {                                                                \
        const std::string problem = test::difference(actual, expected); \
        QVERIFY2(problem.empty(), problem.c_str());                     \
    } while (false)

}  // namespace

/// Cases worked out by hand, so that the table's reference loops are held against something too.
class TestRecurrent : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void simpleAddsWhatItRemembers();
    void backwardsEmitsInTheOrderItRan();
    void aMaskedStepRepeatsThePreviousOutputAndKeepsTheState();
    void maskedStepsAtTheStartEmitZerosEvenWithAnInitialState();
    void backwardsReadsTheMaskBackwardsToo();
    void nanInAMaskedStepDoesNotSpread();
    void lstmGatesAreInputForgetCandidateOutput();
    void lstmEmitsItsCellState();
    void gruGatesAreUpdateResetCandidate();
    void gruResetAfterScalesTheRecurrentBiasToo();
    void aCancelledScanStopsEarly();
};

void TestRecurrent::simpleAddsWhatItRemembers() {
    COMPARE_TENSORS(evaluated(adding(), {steps({1, 2, 4, 8}), half}), steps({1, 2.5F, 5.25F, 10.625F}));
    Recurrent::Options options = adding();
    options.hasInitialState = true;
    COMPARE_TENSORS(evaluated(options, {steps({1, 2}), half, Tensor({1, 1}, 6.0F)}), steps({4, 4}));
}

void TestRecurrent::backwardsEmitsInTheOrderItRan() {
    Recurrent::Options options = adding();
    options.backwards = true;
    COMPARE_TENSORS(evaluated(options, {steps({1, 2, 4}), half}), steps({4, 4, 3}));
}

void TestRecurrent::aMaskedStepRepeatsThePreviousOutputAndKeepsTheState() {
    Recurrent::Options options = adding();
    options.hasMask = true;
    COMPARE_TENSORS(evaluated(options, {steps({1, 2, 4, 8}), half, mask({1, 0, 1, 0})}), steps({1, 1, 4.5F, 4.5F}));
    COMPARE_TENSORS(evaluated(options, {steps({1, 2, 4, 8}), half, mask({0, 0, 0, 0})}), steps({0, 0, 0, 0}));
}

void TestRecurrent::maskedStepsAtTheStartEmitZerosEvenWithAnInitialState() {
    Recurrent::Options options = adding();
    options.hasMask = true;
    options.hasInitialState = true;
    const Tensor initial({1, 1}, 6.0F);
    COMPARE_TENSORS(evaluated(options, {steps({1, 2, 4}), half, mask({0, 1, 0}), initial}), steps({0, 5, 5}));
}

void TestRecurrent::backwardsReadsTheMaskBackwardsToo() {
    Recurrent::Options options = adding();
    options.hasMask = true;
    options.backwards = true;
    COMPARE_TENSORS(evaluated(options, {steps({1, 2, 4}), half, mask({1, 1, 0})}), steps({0, 2, 2}));
}

void TestRecurrent::nanInAMaskedStepDoesNotSpread() {
    Recurrent::Options options = adding();
    options.hasMask = true;
    COMPARE_TENSORS(evaluated(options, {steps({1, NAN, 4}), half, mask({1, 0, 1})}), steps({1, 1, 4.5F}));
    COMPARE_TENSORS(evaluated(options, {steps({1, NAN, 4}), half, mask({1, 1, 1})}), steps({1, NAN, NAN}));
}

void TestRecurrent::lstmGatesAreInputForgetCandidateOutput() {
    Recurrent::Options options;
    options.activation = UnaryKind::Identity;
    options.recurrentActivation = UnaryKind::Identity;
    // One unit; i, f, c, o of two timesteps, no recurrent weights: c = 2·5 = 10, h = 7·10; then c = 3·10 + 1·4, h =
    // 2·34.
    const Tensor x({1, 2, 4}, {2, 9, 5, 7, 1, 3, 4, 2});
    COMPARE_TENSORS(evaluated(options, {x, Tensor({1, 4})}), steps({70, 68}));
    // The recurrent kernel feeds the gates in the same order: h₋₁ = 70 adds 0.1·70 to f only.
    COMPARE_TENSORS(evaluated(options, {x, Tensor({1, 4}, {0, 0.1F, 0, 0})}), steps({70, 208}));
}

void TestRecurrent::lstmEmitsItsCellState() {
    Recurrent::Options options;
    options.activation = UnaryKind::Identity;
    options.recurrentActivation = UnaryKind::Identity;
    options.emit = Emit::CellState;
    options.hasMask = true;
    options.hasInitialState = true;
    const Tensor x({1, 2, 4}, {2, 9, 5, 7, 1, 3, 4, 2});
    const Tensor h({1, 1}, 0.0F);
    const Tensor c({1, 1}, 1.0F);
    COMPARE_TENSORS(evaluated(options, {x, Tensor({1, 4}), mask({1, 1}), h, c}), steps({19, 61}));
    COMPARE_TENSORS(evaluated(options, {x, Tensor({1, 4}), mask({0, 1}), h, c}), steps({1, 7}));
}

void TestRecurrent::gruGatesAreUpdateResetCandidate() {
    Recurrent::Options options;
    options.cell = Cell::Gru;
    options.activation = UnaryKind::Identity;
    options.recurrentActivation = UnaryKind::Identity;
    options.hasInitialState = true;
    // z = 0.25, r = 3, ĥ = 1 + 2·(3·8) = 49: h = 0.25·8 + 0.75·49
    const Tensor x({1, 1, 3}, {0.25F, 3, 1});
    COMPARE_TENSORS(evaluated(options, {x, Tensor({1, 3}, {0, 0, 2}), Tensor({1, 1}, 8.0F)}), steps({38.75F}));
}

void TestRecurrent::gruResetAfterScalesTheRecurrentBiasToo() {
    Recurrent::Options options;
    options.cell = Cell::GruResetAfter;
    options.activation = UnaryKind::Identity;
    options.recurrentActivation = UnaryKind::Identity;
    options.hasRecurrentBias = true;
    options.hasInitialState = true;
    // z = 0.25 + 0.25, r = 2 + 1, ĥ = 1 + 3·(2·8 + 5) = 64: h = 0.5·8 + 0.5·64
    const Tensor x({1, 1, 3}, {0.25F, 2, 1});
    const Tensor bias({3}, {0.25F, 1, 5});
    COMPARE_TENSORS(evaluated(options, {x, Tensor({1, 3}, {0, 0, 2}), bias, Tensor({1, 1}, 8.0F)}), steps({36}));
}

void TestRecurrent::aCancelledScanStopsEarly() {
    const CancelToken cancel;
    cancel.cancel();
    COMPARE_TENSORS(evaluated(adding(), {steps({1, 2}), half}, cancel), steps({0, 0}));
}

QTEST_GUILESS_MAIN(TestRecurrent)
#include "test_recurrent.moc"
