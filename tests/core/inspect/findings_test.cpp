#include "inspect/findings.h"
#include "inspect/contributions.h"

#include <QtTest>

#include <cmath>

using namespace attnscope;

namespace {

/// A site with these weights over time; masked where the mask is 0 (an empty mask is none).
SiteRecord makeSite(std::vector<float> weights, std::vector<float> mask = {}) {
    SiteRecord site;
    site.name = "attention";
    site.timeAxis = "t";
    const auto timesteps = static_cast<std::int64_t>(weights.size());
    site.perTimestep = weights;
    site.values.push_back(
        {"a", "attention/a", {"t"}, ValueRole::Weights, share(Tensor({timesteps}, std::move(weights)))});
    if (!mask.empty()) {
        site.mask = 1;
        site.values.push_back(
            {"mask", "attention/mask", {"t"}, ValueRole::Mask, share(Tensor({timesteps}, std::move(mask)))});
    }
    return site;
}

Sequence makeSequence(std::size_t padding, std::size_t words) {
    Sequence sequence;
    sequence.values = share(Tensor({static_cast<std::int64_t>(padding + words)}, 1.0F));
    sequence.tokens.assign(padding, Token{"", 0, 0, 0, TokenState::Padding});
    sequence.tokens.insert(sequence.tokens.end(), words, Token{"word", 1, 0, 4, TokenState::Known});
    return sequence;
}

QString messageOf(const std::vector<Finding>& findings, const std::string& code) {
    for (const Finding& finding : findings) {
        if (finding.code == code) return QString::fromStdString(finding.message);
    }
    return {};
}

}  // namespace

class FindingsTest : public QObject {
    Q_OBJECT

private slots:
    void weightOnPaddingIsMeasured() {
        const Sequence sequence = makeSequence(2, 2);
        const auto found = findingsFor(makeSite({0.2F, 0.075F, 0.5F, 0.225F}), &sequence);
        QCOMPARE(messageOf(found, "weight-on-padding"), QString("27.5 % of the attention sits on 2 padding timesteps"));
        QVERIFY(
            messageOf(findingsFor(makeSite({0.0F, 0.001F, 0.7F, 0.299F}), &sequence), "weight-on-padding").isEmpty());
        QVERIFY(messageOf(findingsFor(makeSite({0.25F, 0.25F, 0.25F, 0.25F}), nullptr), "weight-on-padding").isEmpty());
    }

    void aSingleTimestepSaysNothing() {
        QVERIFY(!messageOf(findingsFor(makeSite({1.0F}), nullptr), "single-timestep").isEmpty());
        QVERIFY(messageOf(findingsFor(makeSite({0.9F, 0.1F}), nullptr), "single-timestep").isEmpty());
    }

    void everythingMaskedIsSaid() {
        const auto found = findingsFor(makeSite({0.0F, 0.0F}, {0.0F, 0.0F}), nullptr);
        QVERIFY(!messageOf(found, "all-masked").isEmpty());
        QVERIFY(messageOf(found, "near-uniform").isEmpty());
    }

    void nearUniformCountsOnlyWhatTheMaskLetsThrough() {
        const std::vector<float> masked{0.0F, 0.0F, 0.0F, 0.5F, 0.5F};
        QVERIFY(!messageOf(findingsFor(makeSite(masked, {0, 0, 0, 1, 1}), nullptr), "near-uniform").isEmpty());
        QVERIFY(messageOf(findingsFor(makeSite(masked), nullptr), "near-uniform").isEmpty());
        // A layer that ignores its mask has all timesteps to choose from.
        QCOMPARE(
            messageOf(findingsFor(makeSite({0.2F, 0.2F, 0.2F, 0.2F, 0.2F}, {0, 0, 0, 1, 1}), nullptr), "near-uniform"),
            QString("the attention is all but uniform over all 5 timesteps that get weight, masked ones too: its "
                    "entropy is 100.0 % of the largest possible"));
        QVERIFY(messageOf(findingsFor(makeSite({0.8F, 0.1F, 0.1F}), nullptr), "near-uniform").isEmpty());
    }

    void aCappedRangeIsSaidWithItsNumbers() {
        SiteRecord site = makeSite(std::vector<float>(70, 1.0F / 70.0F));
        site.attainable = AttainableRange{0.002F, 0.0967F};
        QCOMPARE(
            messageOf(findingsFor(site, nullptr), "capped-range"),
            QString(
                "the score is bounded, so no weight can exceed 9.7 % over 70 unmasked timesteps (uniform is 1.4 %)"));
    }

    void aPredictionThatIsNoNumberIsSaid() {
        const float nan = std::nanf("");
        const Prediction good{"dense", share(Tensor({2}, {0.5F, 0.5F}))};
        const Prediction bad{"mean", share(Tensor({2}, {0.5F, nan}))};
        QVERIFY(findingsFor({good}).empty());
        QVERIFY(messageOf(findingsFor({good, bad}), "not-finite").contains("mean"));
    }

    void contributionsAddUpToTheOutput() {
        SiteRecord site = makeSite({0.25F, 0.75F});
        site.attended = site.values.size();
        site.values.push_back(
            {"x", "attention/x", {"t", "f"}, ValueRole::Input, share(Tensor({2, 3}, {1, 2, 3, 4, 5, 6}))});
        const Tensor shared = contributions(site);
        QCOMPARE(shared.shape(), (Shape{2, 3}));
        QCOMPARE(shared[2], 0.75F);
        QCOMPARE(shared[3], 3.0F);

        // One weight per feature and timestep, [feature, time].
        site.values[0] = {
            "a", "attention/a", {"f", "t"}, ValueRole::Weights, share(Tensor({3, 2}, {1, 0, 0, 1, 0.5F, 0.5F}))};
        const Tensor own = contributions(site);
        const std::vector<float> expected{1, 0, 1.5F, 0, 5, 3};
        QVERIFY(std::equal(expected.begin(), expected.end(), own.data().begin()));

        site.values[0].axes = {"h", "t"};
        QCOMPARE(contributions(site).rank(), std::size_t{0});
    }
};

QTEST_GUILESS_MAIN(FindingsTest)
#include "findings_test.moc"
