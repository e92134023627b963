#include "inspect/comparison.h"

#include <QtTest>

#include <cmath>

using namespace attnscope;

namespace {

/// Three timesteps, the first of them padding; two units of output; two outputs.
Record recordOf(std::vector<float> weights, std::vector<float> output, std::vector<float> first, std::vector<float> second) {
    Record record;
    Sequence sequence;
    sequence.tokens = {{"", 0, 0, 0, TokenState::Padding}, {"a", 1, 0, 1}, {"b", 2, 2, 3}};
    sequence.values = share(Tensor({3}, 1.0F));
    record.inputs.push_back(sequence);
    SiteRecord site;
    site.name = "attention";
    site.timeAxis = "t";
    site.perTimestep = weights;
    site.values.push_back({"a", "attention/a", {"t"}, ValueRole::Weights, share(Tensor({3}, std::move(weights)))});
    const auto units = static_cast<std::int64_t>(output.size());
    site.values.push_back({"c", "attention/c", {"f"}, ValueRole::Output, share(Tensor({units}, std::move(output)))});
    site.output = 1;
    record.sites.push_back(site);
    const auto add = [&](const char* name, std::vector<float> data) {
        const auto size = static_cast<std::int64_t>(data.size());
        record.predictions.push_back({name, share(Tensor({size}, std::move(data)))});
    };
    add("dense", std::move(first));
    add("other", std::move(second));
    return record;
}

}  // namespace

class ComparisonTest : public QObject {
    Q_OBJECT

private slots:
    void saysHowMuchWeightMovedAndHowMuchIsOnPadding() {
        const Record before = recordOf({0.5F, 0.25F, 0.25F}, {3.0F, 4.0F}, {0.5F}, {0.5F});
        const Record after = recordOf({0.0F, 0.5F, 0.5F}, {3.0F, 4.0F}, {0.5F}, {0.5F});
        const auto comparison = compareRecords(before, after, "attention");
        QVERIFY(comparison);
        QCOMPARE(comparison->paddingBefore.value(), 0.5);
        QCOMPARE(comparison->paddingAfter.value(), 0.0);
        QCOMPARE(comparison->weightMoved, 0.5);
        QCOMPARE(comparison->outputChange, 0.0);
        QCOMPARE(comparison->outputBefore, 5.0);
    }

    void theOutputsChangeIsTheNormOfTheDifference() {
        const Record before = recordOf({1.0F, 0.0F, 0.0F}, {1.0F, 1.0F}, {0.5F}, {0.5F});
        const Record after = recordOf({1.0F, 0.0F, 0.0F}, {4.0F, -3.0F}, {0.5F}, {0.5F});
        QCOMPARE(compareRecords(before, after, "attention")->outputChange, 5.0);
    }

    void theLargestChangeOfThePredictionComesFirstAndNaNLast() {
        const Record before = recordOf({1.0F, 0.0F, 0.0F}, {1.0F}, {0.1F, 0.2F, 0.3F}, {0.5F});
        const Record after = recordOf({1.0F, 0.0F, 0.0F}, {1.0F}, {0.2F, std::nanf(""), 0.3F}, {0.1F});
        const auto changes = compareRecords(before, after, "attention")->predictions;
        QCOMPARE(changes.size(), std::size_t{4});
        QCOMPARE(changes[0].output, std::string("other"));
        QCOMPARE(changes[1].unit, std::size_t{0});
        QCOMPARE(changes[2].unit, std::size_t{2});
        QCOMPARE(changes[3].unit, std::size_t{1});
    }

    void withoutPaddingThereIsNoShareOnIt() {
        Record before = recordOf({1.0F, 0.0F, 0.0F}, {1.0F}, {0.5F}, {0.5F});
        before.inputs[0].tokens[0].state = TokenState::Known;
        QVERIFY(!compareRecords(before, before, "attention")->paddingBefore);
    }

    void recordsOfOtherSitesOrLengthsAreNotCompared() {
        const Record before = recordOf({1.0F, 0.0F, 0.0F}, {1.0F}, {0.5F}, {0.5F});
        QVERIFY(!compareRecords(before, before, "elsewhere"));
        QVERIFY(!compareRecords(before, recordOf({1.0F, 0.0F, 0.0F}, {1.0F, 2.0F}, {0.5F}, {0.5F}), "attention"));
        Record longer = before;
        longer.sites[0].perTimestep.push_back(0.0F);
        QVERIFY(!compareRecords(before, longer, "attention"));
    }
};

QTEST_GUILESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
