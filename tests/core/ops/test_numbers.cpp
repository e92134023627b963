#include "ops/elementwise.h"
#include "ops/gather.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "support/random_tensor.h"
#include "support/run_operation.h"
#include "support/tensor_compare.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace attnscope;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float quietNan = std::numeric_limits<float>::quiet_NaN();

Tensor evaluated(const Operation& operation, const std::vector<Tensor>& inputs) {
    Result<Tensor> output = test::runOperation(operation, inputs);
    if (!output) qFatal("%s", output.error().text().c_str());
    return *std::move(output);
}

float unary(UnaryKind kind, float x) {
    return evaluated(Unary(kind), {Tensor({}, x)})[0];
}
float binary(BinaryKind kind, float a, float b) {
    return evaluated(Binary(kind), {Tensor({}, a), Tensor({}, b)})[0];
}

std::string gatherError(Tensor ids) {
    const Result<Tensor> found = test::runOperation(Gather(), {Tensor({5, 2}), std::move(ids)});
    if (found) return {};
    return found.error().code == ErrorCode::InvalidInput ? found.error().text() : "of another code";
}

}  // namespace

/// What must hold to the last bit, by name.
class TestNumbers : public QObject {
    Q_OBJECT

private slots:
    void expReachesItsLimitsExactly();
    void saturatedActivationsAreExact();
    void nanComesThroughEveryActivation();
    void maximumAndMinimumOfNanAreNan();
    void comparisonsWithNanAreFalse();
    void aMaskedWeightIsExactlyZero();
    void aRowMaskedEverywhereIsZerosNotNan();
    void softmaxRowsSumToOne();
    void softmaxOfNanIsNan();
    void equalHugeScoresShareEvenly();
    void gatherNamesABadIdAndItsPlace();
};

void TestNumbers::expReachesItsLimitsExactly() {
    // Long enough for the vector instructions, which treat the limits differently from the scalar ones.
    const Tensor x({4, 32}, [] {
        std::vector<float> values(128, -inf);
        std::fill_n(values.begin() + 32, 32, -1e9F);
        std::fill_n(values.begin() + 64, 32, 0.0F);
        std::fill_n(values.begin() + 96, 32, inf);
        return values;
    }());
    const Tensor y = evaluated(Unary(UnaryKind::Exp), {x});
    for (std::size_t i = 0; i < 32; ++i) {
        QCOMPARE(y[i], 0.0F);
        QCOMPARE(y[32 + i], 0.0F);
        QCOMPARE(y[64 + i], 1.0F);
        QCOMPARE(y[96 + i], inf);
    }
}

void TestNumbers::saturatedActivationsAreExact() {
    QCOMPARE(unary(UnaryKind::Sigmoid, 1e4F), 1.0F);
    QCOMPARE(unary(UnaryKind::Sigmoid, -1e4F), 0.0F);
    QCOMPARE(unary(UnaryKind::Sigmoid, 0.0F), 0.5F);
    QCOMPARE(unary(UnaryKind::HardSigmoid, 2.5F), 1.0F);
    QCOMPARE(unary(UnaryKind::HardSigmoid, -2.5F), 0.0F);
    QCOMPARE(unary(UnaryKind::HardSigmoid3, 3.0F), 1.0F);
    QCOMPARE(unary(UnaryKind::Relu, -inf), 0.0F);
    QCOMPARE(unary(UnaryKind::Softplus, 1e4F), 1e4F);
    QCOMPARE(unary(UnaryKind::Round, 2.5F), 2.0F);
    QCOMPARE(unary(UnaryKind::Round, -3.5F), -4.0F);
    QCOMPARE(unary(UnaryKind::Round, 0.49999997F), 0.0F);
    QCOMPARE(unary(UnaryKind::Elu, -inf), -1.0F);
}

void TestNumbers::nanComesThroughEveryActivation() {
    for (int kind = 0; kind < static_cast<int>(UnaryKind::Not); ++kind) {
        const Unary operation(static_cast<UnaryKind>(kind));
        const Tensor y = evaluated(operation, {Tensor({37}, quietNan)});
        for (const float value : y.data()) QVERIFY2(std::isnan(value), operation.name().data());
    }
    QCOMPARE(unary(UnaryKind::Not, quietNan), 0.0F);
}

void TestNumbers::maximumAndMinimumOfNanAreNan() {
    for (const BinaryKind kind : {BinaryKind::Maximum, BinaryKind::Minimum}) {
        QVERIFY(std::isnan(binary(kind, quietNan, 1.0F)));
        QVERIFY(std::isnan(binary(kind, 1.0F, quietNan)));
    }
    for (const ReduceKind kind : {ReduceKind::Max, ReduceKind::Min}) {
        for (std::size_t place = 0; place < 37; ++place) {
            Tensor x = test::randomTensor({37}, 1);
            x[place] = quietNan;
            QVERIFY(std::isnan(evaluated(Reduce(kind, {0}), {x})[0]));
        }
    }
}

void TestNumbers::comparisonsWithNanAreFalse() {
    for (const BinaryKind kind :
         {BinaryKind::Equal, BinaryKind::Greater, BinaryKind::GreaterEqual, BinaryKind::Less, BinaryKind::LessEqual})
        QCOMPARE(binary(kind, quietNan, quietNan), 0.0F);
    QCOMPARE(binary(BinaryKind::NotEqual, quietNan, quietNan), 1.0F);
}

void TestNumbers::aMaskedWeightIsExactlyZero() {
    const Tensor mask = test::randomMask({5, 70, 13}, 3);
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const Tensor weights = evaluated(Softmax(axis), {test::randomTensor({5, 70, 13}, 2, -90.0F, 90.0F), mask});
        for (std::size_t i = 0; i < weights.size(); ++i)
            if (mask[i] == 0.0F) QCOMPARE(weights[i], 0.0F);
    }
}

void TestNumbers::aRowMaskedEverywhereIsZerosNotNan() {
    for (const float score : {0.0F, 1e4F, -1e4F, quietNan, inf, -inf}) {
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const Tensor weights = evaluated(Softmax(axis), {Tensor({3, 5}, score), Tensor({1}, 0.0F)});
            for (const float weight : weights.data()) QCOMPARE(weight, 0.0F);
        }
    }
}

void TestNumbers::softmaxRowsSumToOne() {
    const Tensor weights = evaluated(Softmax(1), {test::randomTensor({7, 1009}, 4, -1e2F, 1e2F)});
    const Tensor sums = evaluated(Reduce(ReduceKind::Sum, {1}), {weights});
    const std::string problem = test::difference(sums, Tensor({7}, 1.0F), {1e-5F, 0.0F});
    QVERIFY2(problem.empty(), problem.c_str());
}

void TestNumbers::softmaxOfNanIsNan() {
    const Tensor weights =
        evaluated(Softmax(1), {Tensor({2, 3}, {0, quietNan, 1, 0, 1, 2}), Tensor({1, 3}, {1, 1, 0})});
    QVERIFY(std::isnan(weights[0]));
    QVERIFY(std::isnan(weights[1]));
    QCOMPARE(weights[2], 0.0F);
    QVERIFY(std::isfinite(weights[3]));
}

void TestNumbers::equalHugeScoresShareEvenly() {
    for (const float score : {1e4F, -1e4F, 3e38F, -3e38F}) {
        const Tensor weights = evaluated(Softmax(1), {Tensor({1, 4}, score)});
        for (const float weight : weights.data()) QCOMPARE(weight, 0.25F);
    }
}

void TestNumbers::gatherNamesABadIdAndItsPlace() {
    QCOMPARE(gatherError(Tensor({2, 3}, {0, 1, 2, 3, 4, 5})),
             std::string("gather: id 5 at (1, 2): the table has 5 rows, expected a whole number from 0 to 4"));
    QCOMPARE(gatherError(Tensor({3}, {0, -1, 2})),
             std::string("gather: id -1 at (1): the table has 5 rows, expected a whole number from 0 to 4"));
    QCOMPARE(gatherError(Tensor({1}, 1.5F)),
             std::string("gather: id 1.5 at (0): the table has 5 rows, expected a whole number from 0 to 4"));
    QCOMPARE(gatherError(Tensor({1}, quietNan)),
             std::string("gather: id nan at (0): the table has 5 rows, expected a whole number from 0 to 4"));
    QCOMPARE(gatherError(Tensor({1}, 4.0F)), std::string());
}

QTEST_GUILESS_MAIN(TestNumbers)
#include "test_numbers.moc"
