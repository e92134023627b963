#include "support/tensor_compare.h"

#include <QtTest>

#include <limits>

using namespace attnscope;
using attnscope::test::difference;
using attnscope::test::isNear;

class TestTensorCompare : public QObject {
    Q_OBJECT

private slots:
    void nothingIsSaidOfEqualTensors();
    void theWorstElementIsNamed();
    void nanAndInfinityEqualOnlyThemselves();
    void shapesMustBeEqual();
    void toleranceIsAbsolutePlusRelative();
};

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float quietNan = std::numeric_limits<float>::quiet_NaN();

std::string between(float actual, float expected, test::Tolerance tolerance = {}) {
    return difference(Tensor({}, actual), Tensor({}, expected), tolerance);
}

}  // namespace

void TestTensorCompare::nothingIsSaidOfEqualTensors() {
    const Tensor tensor({2, 2}, {1.0F, quietNan, -inf, 0.0F});
    QCOMPARE(difference(tensor, tensor), std::string());
    QCOMPARE(difference(tensor, tensor, {0.0F, 0.0F}), std::string());
}

void TestTensorCompare::theWorstElementIsNamed() {
    const Tensor expected({2, 3}, {1, 2, 3, 4, 5, 6});
    const Tensor actual({2, 3}, {1.1F, 2, 3, 4, 5.75F, 6});
    QCOMPARE(difference(actual, expected),
             std::string("2 of 6 elements of (2, 3) differ, worst at (1, 1): 5.75, expected 5"));
}

void TestTensorCompare::nanAndInfinityEqualOnlyThemselves() {
    QVERIFY(between(quietNan, quietNan).empty());
    QVERIFY(between(inf, inf).empty());
    QVERIFY(!between(quietNan, 1.0F).empty());
    QVERIFY(!between(1.0F, quietNan).empty());
    QVERIFY(!between(inf, -inf).empty());
    QVERIFY(!between(1e38F, inf).empty());
    QVERIFY(!between(inf, 1e38F).empty());
}

void TestTensorCompare::shapesMustBeEqual() {
    QCOMPARE(difference(Tensor({2, 3}), Tensor({3, 2})), std::string("shape (2, 3), expected (3, 2)"));
}

void TestTensorCompare::toleranceIsAbsolutePlusRelative() {
    QVERIFY(between(1.0F + 1.05e-4F, 1.0F).empty());
    QVERIFY(!between(1.0F + 1.2e-4F, 1.0F).empty());
    QVERIFY(between(9e-6F, 0.0F).empty());
    QVERIFY(!between(1.1e-5F, 0.0F).empty());
    QVERIFY(!between(1e-20F, 0.0F, {0.0F, 1e-4F}).empty());
    QVERIFY(isNear(1.0F - 1.05e-4F, 1.0F) && !isNear(1.0F - 1.2e-4F, 1.0F));
}

QTEST_GUILESS_MAIN(TestTensorCompare)
#include "test_tensor_compare.moc"
