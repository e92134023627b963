#include "inspect/slice.h"
#include "inspect/contributions.h"
#include "inspect/findings.h"

#include <QtTest>

#include <cmath>

using namespace attnscope;

namespace {

RecordedValue value(std::string name, std::vector<std::string> axes, ValueRole role, Tensor tensor) {
    const std::string graphName = "mha/" + name;
    return {std::move(name), graphName, std::move(axes), role, share(std::move(tensor))};
}

/// Two heads, three queries, two keys, two features for each head; c[i,h,m] = Σ_j a[h,i,j] · v[j,h,m].
SiteRecord heads() {
    SiteRecord site;
    site.name = "mha";
    site.timeAxis = "j";
    site.queryAxis = "i";
    const Tensor a({2, 3, 2}, {0.5F, 0.5F, 1.0F, 0.0F, 0.25F, 0.75F, 0.0F, 1.0F, 0.5F, 0.5F, 0.1F, 0.9F});
    const Tensor v({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
    Tensor c({3, 2, 2});
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t h = 0; h < 2; ++h)
            for (std::size_t m = 0; m < 2; ++m)
                for (std::size_t j = 0; j < 2; ++j)
                    c[(i * 2 + h) * 2 + m] += a[(h * 3 + i) * 2 + j] * v[(j * 2 + h) * 2 + m];
    site.values = {
        value("v", {"j", "h", "m"}, ValueRole::Values, v), value("a", {"h", "i", "j"}, ValueRole::Weights, a),
        value("c", {"i", "h", "m"}, ValueRole::Output, c), value("mask", {"j"}, ValueRole::Mask, Tensor({2}, 1.0F)),
        value("W_q", {"f", "h", "d"}, ValueRole::Weight, Tensor({2, 2, 2}, 1.0F))};
    site.attended = 0;
    site.weights = 1;
    site.score = 1;
    site.output = 2;
    site.mask = 3;
    site.perTimestep = {0.0F, 0.0F};
    for (std::size_t flat = 0; flat < a.size(); ++flat) site.perTimestep[flat % 2] += a[flat] / 6.0F;
    return site;
}

std::vector<float> numbers(const Tensor& tensor) {
    return {tensor.data().begin(), tensor.data().end()};
}

bool close(const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) { return std::abs(x - y) < 1e-6F; });
}

}  // namespace

class SliceTest : public QObject {
    Q_OBJECT

private slots:
    void headsAndQueriesCanBeChosen() {
        const std::vector<SliceAxis> axes = sliceAxes(heads());
        QCOMPARE(axes.size(), std::size_t{2});
        QVERIFY(axes[0] == (SliceAxis{"h", SliceKind::Head, 2}));
        QVERIFY(axes[1] == (SliceAxis{"i", SliceKind::Query, 3}));
        QCOMPARE(rowAxis(heads()), std::string("i"));
    }

    void featuresBelongToTheirTimesteps() {
        SiteRecord site = heads();
        site.queryAxis.clear();
        site.values[0] = value("x", {"t", "f"}, ValueRole::Values, Tensor({2, 3}, 1.0F));
        site.values[1] = value("a", {"f", "t"}, ValueRole::Weights, Tensor({3, 2}, 0.5F));
        site.timeAxis = "t";
        QVERIFY(sliceAxes(site).empty());
        QCOMPARE(rowAxis(site), std::string("f"));
    }

    void aChosenPlaceHasItsOwnWeights() {
        const SiteRecord part = sliced(heads(), {{"h", 1}, {"i", 2}}, nullptr);
        QCOMPARE(part.weightsValue().axes, std::vector<std::string>{"j"});
        QVERIFY(close(part.perTimestep, {0.1F, 0.9F}));
        QCOMPARE(part.outputValue().axes, std::vector<std::string>{"m"});
        QVERIFY(close(numbers(*part.outputValue().tensor), {0.1F * 3 + 0.9F * 7, 0.1F * 4 + 0.9F * 8}));
        QCOMPARE(part.sliceText, std::string("head 1, query 2"));
        QVERIFY(!part.isMean);
        QCOMPARE(part.find("W_q")->axes.size(), std::size_t{3});
    }

    void contributionsAddUpToTheSlicesOutput_data() {
        QTest::addColumn<int>("head");
        QTest::addColumn<int>("query");
        for (int head = -1; head < 2; ++head)
            for (int query = -1; query < 3; ++query)
                QTest::newRow(qPrintable(QStringLiteral("head %1 query %2").arg(head).arg(query))) << head << query;
    }
    void contributionsAddUpToTheSlicesOutput() {
        QFETCH(int, head);
        QFETCH(int, query);
        SiteSlice slice;
        if (head >= 0) slice["h"] = head;
        if (query >= 0) slice["i"] = query;
        const SiteRecord part = sliced(heads(), slice, nullptr);
        const Tensor contributed = contributions(part);
        QCOMPARE(contributed.shape().text(), std::string("(2, 2)"));
        const std::vector<float> output = numbers(*part.outputValue().tensor);
        for (std::size_t m = 0; m < 2; ++m) QVERIFY(std::abs(contributed[m] + contributed[2 + m] - output[m]) < 1e-5F);
        QCOMPARE(part.isMean, head < 0 || query < 0);
    }

    void whatIsNotChosenIsSaidToBeAMean() {
        QCOMPARE(sliced(heads(), {}, nullptr).sliceText, std::string("mean over 2 heads and 3 queries"));
        Sequence queries;
        queries.tokens.assign(3, Token{"word", 1, 0, 4, TokenState::Known});
        QCOMPARE(sliced(heads(), {{"i", 1}}, &queries).sliceText, std::string("query 1 “word”, mean over 2 heads"));
    }

    void anOutputThatRunsOverTimeIsSummed() {
        SiteRecord site = heads();
        site.queryAxis.clear();
        site.timeAxis = "t";
        site.values[0] = value("x", {"t", "f"}, ValueRole::Values, Tensor({2, 2}, {1, 2, 3, 4}));
        site.values[1] = value("a", {"t", "o"}, ValueRole::Weights, Tensor({2, 1}, {0.25F, 0.75F}));
        site.values[2] = value("c", {"t", "f"}, ValueRole::Output, Tensor({2, 2}, {0.25F, 0.5F, 2.25F, 3}));
        const SiteRecord part = sliced(site, {}, nullptr);
        QCOMPARE(part.weightsValue().axes, std::vector<std::string>{"t"});
        QCOMPARE(part.outputValue().name, std::string("Σ c"));
        QVERIFY(close(numbers(*part.outputValue().tensor), {2.5F, 3.5F}));
        QVERIFY(close(numbers(contributions(part)), {0.25F, 0.5F, 2.25F, 3.0F}));
        QVERIFY(part.sliceText.empty());
    }

    void aMeanOverTimeSharesItsContributions() {
        SiteRecord site = heads();
        site.queryAxis.clear();
        site.timeAxis = "t";
        site.values[0] = value("x", {"t", "f"}, ValueRole::Values, Tensor({2, 2}, {1, 2, 3, 4}));
        site.values[1] = value("a", {"t"}, ValueRole::Weights, Tensor({2}, {0.25F, 0.75F}));
        site.values[2] = value("c", {"f"}, ValueRole::Output, Tensor({2}, {1.25F, 1.75F}));
        QVERIFY(close(numbers(contributions(site)), {0.125F, 0.25F, 1.125F, 1.5F}));
    }

    void anElementOfAPartIsAnElementOfTheWhole() {
        const SiteRecord site = heads();
        const SiteSlice slice{{"h", 1}, {"i", 2}};
        const SiteRecord part = sliced(site, slice, nullptr);
        QCOMPARE(wholeIndex(site.values[1], part.values[1], {1}, slice).value(), (std::vector<std::int64_t>{1, 2, 1}));
        QVERIFY(!wholeIndex(site.values[1], part.values[1], {1}, {{"h", 1}}));
    }

    void slicesAreRead() {
        QVERIFY(*parseSlice("h=1, i=2", heads()) == (SiteSlice{{"h", 1}, {"i", 2}}));
        QCOMPARE(parseSlice("h", heads()).error().message,
                 std::string("slice 'h': 'h' found, AXIS=INDEX such as h=2 expected"));
        QCOMPARE(parseSlice("x=1", heads()).error().message,
                 std::string("slice 'x=1': site mha has no axis 'x'; there is h (2 heads), i (3 queries)"));
        QCOMPARE(parseSlice("i=3", heads()).error().message, std::string("slice 'i=3': i is 3, from 0 to 2 expected"));
    }

    void queriesThatArePaddingAreNotMeasured() {
        SiteRecord site = heads();
        // Every real query is sure of itself, in its own way; padding attends to everything alike.
        site.values[1] =
            value("a", {"h", "i", "j"}, ValueRole::Weights, Tensor({1, 3, 2}, {0.5F, 0.5F, 1.0F, 0.0F, 0.01F, 0.99F}));
        site.perTimestep = {0.503F, 0.497F};
        Sequence queries;
        queries.values = share(Tensor({3}, 1.0F));
        queries.tokens = {Token{"", 0, 0, 0, TokenState::Padding}, Token{"a", 1, 0, 1, TokenState::Known},
                          Token{"b", 2, 1, 2, TokenState::Known}};
        const auto codes = [](const std::vector<Finding>& findings) {
            std::string all;
            for (const Finding& finding : findings) all += finding.code + " ";
            return all;
        };
        QCOMPARE(codes(findingsFor(site, nullptr, &queries)), std::string());
        Sequence keys;
        keys.values = share(Tensor({2}, 1.0F));
        keys.tokens = {queries.tokens[0], queries.tokens[1]};
        const auto found = findingsFor(site, &keys, &queries);
        QCOMPARE(codes(found), std::string("weight-on-padding "));
        QCOMPARE(found.front().message,
                 std::string("50.5 % of the attention sits on 1 padding timestep, on average over "
                             "2 rows of weights"));
    }
};

QTEST_GUILESS_MAIN(SliceTest)
#include "slice_test.moc"
