#include "heatmap/range.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <vector>

using namespace attnscope;

namespace {

const float notANumber = std::numeric_limits<float>::quiet_NaN();
const float infinite = std::numeric_limits<float>::infinity();

}  // namespace

class TestRange : public QObject {
    Q_OBJECT

private slots:
    void autoSpansTheFiniteValues() {
        QVERIFY(
            (autoRange(std::vector<float>{3.0F, notANumber, -2.0F, infinite, 0.5F, -infinite}) == Range{-2.0F, 3.0F}));
    }

    void autoOfOneValueIsThatValue() {
        const Range range = autoRange(std::vector<float>{0.25F, 0.25F});
        QVERIFY(range.isSingleValue());
        QCOMPARE(range.normalized(0.25F), 0.5F);
        QCOMPARE(range.normalized(0.2F), 0.0F);
        QCOMPARE(range.normalized(0.3F), 1.0F);
    }

    void nothingFiniteGivesTheUnitRange() {
        QVERIFY((autoRange({}) == Range{0.0F, 1.0F}));
        QVERIFY((autoRange(std::vector<float>{notANumber, infinite}) == Range{0.0F, 1.0F}));
        QVERIFY((symmetricRange(std::vector<float>{notANumber}) == Range{-1.0F, 1.0F}));
        QVERIFY((symmetricRange(std::vector<float>{0.0F, 0.0F}) == Range{-1.0F, 1.0F}));
    }

    void symmetricKeepsZeroInTheMiddle() {
        const Range range = symmetricRange(std::vector<float>{-0.5F, 0.125F, infinite});
        QVERIFY((range == Range{-0.5F, 0.5F}));
        QCOMPARE(range.normalized(0.0F), 0.5F);
    }

    void attainableIsTheFormulasNotTheValues() {
        const std::vector<float> values{0.01F, 0.02F};
        QVERIFY((attainableRange(0.0F, 0.097F, values) == Range{0.0F, 0.097F}));
        QVERIFY((attainableRange(0.0F, infinite, values) == Range{0.0F, 0.02F}));
        QVERIFY((attainableRange(-infinite, infinite, values) == Range{0.01F, 0.02F}));
        QVERIFY((attainableRange(0.5F, infinite, values) == Range{0.5F, 0.5F}));
    }

    void fixedRefusesWhatIsNoRange() {
        QVERIFY((*fixedRange(-1.0F, 2.0F) == Range{-1.0F, 2.0F}));
        for (const auto& [low, high] : {std::pair{1.0F, 1.0F}, {2.0F, 1.0F}, {notANumber, 1.0F}, {0.0F, infinite}}) {
            const auto range = fixedRange(low, high);
            QVERIFY(!range);
            QVERIFY(range.error().code == ErrorCode::InvalidInput);
        }
        QCOMPARE(fixedRange(2.0F, 1.0F).error().text(),
                 std::string("range 2 to 1: expected two finite numbers, the smaller first"));
    }

    void placesAreEvenlySpreadWithoutAJumpAtTheMean() {
        const Range range{-2.0F, 6.0F};
        QCOMPARE(range.normalized(-2.0F), 0.0F);
        QCOMPARE(range.normalized(0.0F), 0.25F);
        QCOMPARE(range.normalized(6.0F), 1.0F);
        QCOMPARE(range.valueAt(0.25F), 0.0F);
        for (int i = 0; i < 80; ++i) {
            const float value = -2.0F + 0.1F * static_cast<float>(i);
            const float step = range.normalized(value + 0.1F) - range.normalized(value);
            QVERIFY(std::abs(step - 0.0125F) < 1e-6F);
        }
    }

    void notANumberStaysNotANumber() { QVERIFY(std::isnan(Range{}.normalized(notANumber))); }

    void hugeRangesDoNotOverflow() {
        const float huge = std::numeric_limits<float>::max();
        const Range range{-huge, huge};
        QCOMPARE(range.normalized(0.0F), 0.5F);
        QCOMPARE(range.valueAt(1.0F), huge);
    }
};

QTEST_GUILESS_MAIN(TestRange)
#include "test_range.moc"
