// The two bundled formulas against loops written by hand, and what holds of their weights.

#include "formula_case.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace attnscope;
using namespace attnscope::test;

namespace {

constexpr std::int64_t batchSize = 3;

std::size_t at(std::int64_t i, std::int64_t j, std::int64_t columns) {
    return static_cast<std::size_t>(i * columns + j);
}

std::size_t at(std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t rows, std::int64_t columns) {
    return static_cast<std::size_t>((i * rows + j) * columns + k);
}

struct Expected {
    Tensor e, a, c;
};

/// e = tanh(x·W + b), a = exp(e)·m / (Σ exp(e)·m + 1e-7), c = Σ a·x; `b` may be null.
Expected attentionByHand(const Tensor& x, const Tensor& mask, const Tensor& W, const Tensor* b) {
    const std::int64_t steps = x.dim(1);
    const std::int64_t features = x.dim(2);
    Expected r{Tensor({batchSize, steps}), Tensor({batchSize, steps}), Tensor({batchSize, features})};
    for (std::int64_t n = 0; n < batchSize; ++n) {
        double total = 1e-7;
        std::vector<double> u;
        for (std::int64_t t = 0; t < steps; ++t) {
            double score = b == nullptr ? 0.0 : (*b)[static_cast<std::size_t>(t)];
            for (std::int64_t f = 0; f < features; ++f)
                score += static_cast<double>(x[at(n, t, f, steps, features)]) * W[static_cast<std::size_t>(f)];
            r.e[at(n, t, steps)] = static_cast<float>(std::tanh(score));
            u.push_back(std::exp(std::tanh(score)) * mask[at(n, t, steps)]);
            total += u.back();
        }
        for (std::int64_t t = 0; t < steps; ++t) {
            const double a = u[static_cast<std::size_t>(t)] / total;
            r.a[at(n, t, steps)] = static_cast<float>(a);
            for (std::int64_t f = 0; f < features; ++f)
                r.c[at(n, f, features)] += static_cast<float>(a * x[at(n, t, f, steps, features)]);
        }
    }
    return r;
}

/// e = tanh(xᵀ·W + b), a = softmax over the timesteps that the mask keeps, c = Σ a·x.
Expected attentionLayerByHand(const Tensor& x, const Tensor& mask, const Tensor& W, const Tensor& b) {
    const std::int64_t steps = x.dim(1);
    const std::int64_t features = x.dim(2);
    Expected r{Tensor({batchSize, features, steps}), Tensor({batchSize, features, steps}),
               Tensor({batchSize, features})};
    for (std::int64_t n = 0; n < batchSize; ++n) {
        for (std::int64_t f = 0; f < features; ++f) {
            double total = 0.0;
            std::vector<double> u;
            for (std::int64_t t = 0; t < steps; ++t) {
                double score = b[static_cast<std::size_t>(t)];
                for (std::int64_t s = 0; s < steps; ++s)
                    score += static_cast<double>(x[at(n, s, f, steps, features)]) * W[at(s, t, steps)];
                r.e[at(n, f, t, features, steps)] = static_cast<float>(std::tanh(score));
                u.push_back(mask[at(n, t, steps)] != 0.0F ? std::exp(std::tanh(score)) : 0.0);
                total += u.back();
            }
            for (std::int64_t t = 0; t < steps; ++t) {
                const double a = total > 0.0 ? u[static_cast<std::size_t>(t)] / total : 0.0;
                r.a[at(n, f, t, features, steps)] = static_cast<float>(a);
                r.c[at(n, f, features)] += static_cast<float>(a * x[at(n, t, f, steps, features)]);
            }
        }
    }
    return r;
}

enum class Masking { None, Some, All };

Tensor maskOf(Masking masking, std::int64_t steps) {
    Tensor mask({batchSize, steps}, masking == Masking::All ? 0.0F : 1.0F);
    // The first element of the batch loses its end, the second its start and its middle, the last nothing.
    if (masking == Masking::Some) {
        for (std::int64_t t = 0; t < steps; ++t) {
            if (t > steps / 2) mask[at(0, t, steps)] = 0.0F;
            if (t % 3 == 0 && steps > 1) mask[at(1, t, steps)] = 0.0F;
        }
    }
    return mask;
}

void addShapes() {
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("features");
    QTest::addColumn<int>("masking");
    QTest::addColumn<bool>("bias");
    for (const int steps : {1, 7}) {
        for (const int features : {1, 5}) {
            for (const int masking : {0, 1, 2}) {
                for (const bool bias : {true, false}) {
                    const char* const masks[] = {"no mask", "some masked", "all masked"};
                    QTest::addRow("T=%d F=%d %s%s", steps, features, masks[masking], bias ? " bias" : "")
                        << steps << features << masking << bias;
                }
            }
        }
    }
}

/// A graph and its run; the graph stays where it is.
struct Ran {
    Graph graph;
    std::optional<GraphRun> run;

    const Tensor& operator[](const std::string& name) const { return (*run)["attention/" + name]; }
};

std::unique_ptr<Ran> evaluated(const std::string& formula, const FormulaCase& given,
                               const std::map<std::string, Tensor>& replaced = {}) {
    Result<Graph> graph = lowered(bundled(formula), given);
    if (!graph) throw std::invalid_argument(graph.error().text());
    auto result = std::make_unique<Ran>(Ran{*std::move(graph), std::nullopt});
    Result<GraphRun> run = ran(result->graph, given, replaced);
    if (!run) throw std::invalid_argument(run.error().text());
    result->run.emplace(*std::move(run));
    return result;
}

FormulaCase attentionCase(std::int64_t steps, std::int64_t features, std::uint32_t seed) {
    return FormulaCase::random(bundled("attention_step_dim"), {{"t", steps}, {"f", features}}, seed, batchSize);
}

FormulaCase attentionLayerCase(std::int64_t steps, std::int64_t features, std::uint32_t seed) {
    return FormulaCase::random(bundled("attention_layer_txt"), {{"t", steps}, {"s", steps}, {"f", features}}, seed,
                               batchSize);
}

/// The tensor with the elements of one axis in another order.
Tensor reordered(const Tensor& tensor, std::size_t axis, const std::vector<std::int64_t>& order) {
    Tensor result(tensor.shape());
    const std::int64_t inner = tensor.shape().from(axis + 1).elements();
    const std::int64_t extent = tensor.dim(axis);
    for (std::int64_t flat = 0; flat < tensor.shape().elements(); ++flat) {
        const std::int64_t here = flat / inner % extent;
        const std::int64_t from = flat + (order[static_cast<std::size_t>(here)] - here) * inner;
        result[static_cast<std::size_t>(flat)] = tensor[static_cast<std::size_t>(from)];
    }
    return result;
}

/// The sums of the rows (the last axis).
std::vector<double> rowSums(const Tensor& tensor) {
    const auto columns = static_cast<std::size_t>(tensor.shape().back());
    std::vector<double> sums(tensor.size() / columns, 0.0);
    for (std::size_t i = 0; i < tensor.size(); ++i) sums[i / columns] += tensor[i];
    return sums;
}

bool allFinite(const Tensor& tensor) {
    return std::ranges::all_of(tensor.data(), [](float x) { return std::isfinite(x); });
}

bool allZero(const Tensor& tensor) {
    return std::ranges::all_of(tensor.data(), [](float x) { return x == 0.0F; });
}

}  // namespace

class AttentionFormulasTest : public QObject {
    Q_OBJECT

private slots:
    void attentionMatchesLoopsByHand_data() { addShapes(); }
    void attentionMatchesLoopsByHand();
    void attentionLayerMatchesLoopsByHand_data() { addShapes(); }
    void attentionLayerMatchesLoopsByHand();
    void attentionWithoutAMaskIsAttentionWithAllOnes();
    void permutedTimestepsPermuteTheWeightsOfAttention();
    void permutedTimestepsPermuteTheWeightsOfAttentionLayer();
    void maskedTimestepsWeighNothingAndChangeNothing();
    void hugeScoresStayFinite_data();
    void hugeScoresStayFinite();
};

void AttentionFormulasTest::attentionMatchesLoopsByHand() {
    QFETCH(int, steps);
    QFETCH(int, features);
    QFETCH(int, masking);
    QFETCH(bool, bias);
    FormulaCase given = attentionCase(steps, features, 11);
    given.inputs["mask"] = maskOf(static_cast<Masking>(masking), steps);
    if (!bias) given.weights.erase("b");
    const auto run = evaluated("attention_step_dim", given);
    const Expected expected = attentionByHand(given.inputs.at("x"), given.inputs.at("mask"), given.weights.at("W"),
                                              bias ? &given.weights.at("b") : nullptr);
    QCOMPARE(QString::fromStdString(difference((*run)["e"], expected.e)), QString());
    QCOMPARE(QString::fromStdString(difference((*run)["a"], expected.a)), QString());
    QCOMPARE(QString::fromStdString(difference((*run)["c"], expected.c)), QString());
    const bool allMasked = static_cast<Masking>(masking) == Masking::All;
    for (const double sum : rowSums((*run)["a"])) QVERIFY(std::abs(sum - (allMasked ? 0.0 : 1.0)) <= 1e-5);
    if (allMasked) QVERIFY(allZero((*run)["c"]));
}

void AttentionFormulasTest::attentionLayerMatchesLoopsByHand() {
    QFETCH(int, steps);
    QFETCH(int, features);
    QFETCH(int, masking);
    QFETCH(bool, bias);
    FormulaCase given = attentionLayerCase(steps, features, 12);
    if (!bias) given.weights["b"] = Tensor({steps});
    const Tensor mask = maskOf(static_cast<Masking>(masking), steps);
    const auto run = evaluated("attention_layer_txt", given, {{"attention/mask", mask}});
    const Expected expected =
        attentionLayerByHand(given.inputs.at("x"), mask, given.weights.at("W"), given.weights.at("b"));
    QCOMPARE(QString::fromStdString(difference((*run)["e"], expected.e)), QString());
    QCOMPARE(QString::fromStdString(difference((*run)["a"], expected.a)), QString());
    QCOMPARE(QString::fromStdString(difference((*run)["c"], expected.c)), QString());
    const bool allMasked = static_cast<Masking>(masking) == Masking::All;
    for (const double sum : rowSums((*run)["a"])) QVERIFY(std::abs(sum - (allMasked ? 0.0 : 1.0)) <= 1e-5);
    if (allMasked) QVERIFY(allZero((*run)["c"]));
}

void AttentionFormulasTest::attentionWithoutAMaskIsAttentionWithAllOnes() {
    FormulaCase given = attentionCase(7, 5, 13);
    given.inputs["mask"] = maskOf(Masking::None, 7);
    const auto with = evaluated("attention_step_dim", given);
    given.inputs.erase("mask");
    const auto without = evaluated("attention_step_dim", given);
    QCOMPARE(QString::fromStdString(difference((*with)["c"], (*without)["c"], {1e-6F, 1e-6F})), QString());
}

void AttentionFormulasTest::permutedTimestepsPermuteTheWeightsOfAttention() {
    std::mt19937 random(5);
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        FormulaCase given = attentionCase(9, 4, seed);
        // The timesteps from 6 on are masked and stay where they are.
        given.inputs["mask"] = Tensor({batchSize, 9}, 1.0F);
        for (std::int64_t n = 0; n < batchSize; ++n) {
            for (std::int64_t t = 6; t < 9; ++t) given.inputs["mask"][at(n, t, 9)] = 0.0F;
        }
        std::vector<std::int64_t> order(9);
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.begin() + 6, random);
        FormulaCase permuted = given;
        permuted.inputs["x"] = reordered(given.inputs["x"], 1, order);
        permuted.weights["b"] = reordered(given.weights["b"], 0, order);
        const auto before = evaluated("attention_step_dim", given);
        const auto after = evaluated("attention_step_dim", permuted);
        const Tensor expected = reordered((*before)["a"], 1, order);
        QCOMPARE(QString::fromStdString(difference((*after)["a"], expected, {1e-6F, 1e-5F})), QString());
        QCOMPARE(QString::fromStdString(difference((*after)["c"], (*before)["c"])), QString());
    }
}

void AttentionFormulasTest::permutedTimestepsPermuteTheWeightsOfAttentionLayer() {
    std::mt19937 random(6);
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        const FormulaCase given = attentionLayerCase(7, 4, seed);
        std::vector<std::int64_t> order(7);
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.end(), random);
        FormulaCase permuted = given;
        permuted.inputs["x"] = reordered(given.inputs.at("x"), 1, order);
        permuted.weights["b"] = reordered(given.weights.at("b"), 0, order);
        permuted.weights["W"] = reordered(reordered(given.weights.at("W"), 0, order), 1, order);
        const auto before = evaluated("attention_layer_txt", given);
        const auto after = evaluated("attention_layer_txt", permuted);
        const Tensor expected = reordered((*before)["a"], 2, order);
        QCOMPARE(QString::fromStdString(difference((*after)["a"], expected)), QString());
        QCOMPARE(QString::fromStdString(difference((*after)["c"], (*before)["c"])), QString());
    }
}

void AttentionFormulasTest::maskedTimestepsWeighNothingAndChangeNothing() {
    const Tensor mask = maskOf(Masking::Some, 7);
    const auto hideMasked = [&](Tensor x) {
        for (std::int64_t n = 0; n < batchSize; ++n) {
            for (std::int64_t t = 0; t < 7; ++t) {
                for (std::int64_t f = 0; f < 5 && mask[at(n, t, 7)] == 0.0F; ++f) x[at(n, t, f, 7, 5)] = 1234.0F;
            }
        }
        return x;
    };
    FormulaCase given = attentionCase(7, 5, 14);
    given.inputs["mask"] = mask;
    const auto attention = evaluated("attention_step_dim", given);
    given.inputs["x"] = hideMasked(given.inputs["x"]);
    const auto hidden = evaluated("attention_step_dim", given);
    // Not to the last bit: Eigen sums in an order that depends on where a tensor lies in memory.
    QCOMPARE(QString::fromStdString(difference((*hidden)["c"], (*attention)["c"], {1e-6F, 1e-6F})), QString());

    const auto layer = evaluated("attention_layer_txt", attentionLayerCase(7, 5, 14), {{"attention/mask", mask}});
    for (std::int64_t n = 0; n < batchSize; ++n) {
        for (std::int64_t t = 0; t < 7; ++t) {
            if (mask[at(n, t, 7)] != 0.0F) continue;
            QCOMPARE((*attention)["a"][at(n, t, 7)], 0.0F);
            for (std::int64_t f = 0; f < 5; ++f) QCOMPARE((*layer)["a"][at(n, f, t, 5, 7)], 0.0F);
        }
    }
}

void AttentionFormulasTest::hugeScoresStayFinite_data() {
    QTest::addColumn<QString>("formula");
    QTest::newRow("Attention") << "attention_step_dim";
    QTest::newRow("AttentionLayer") << "attention_layer_txt";
}

void AttentionFormulasTest::hugeScoresStayFinite() {
    QFETCH(QString, formula);
    const bool isLayer = formula == "attention_layer_txt";
    for (const float size : {1e4F, -1e4F}) {
        FormulaCase given = isLayer ? attentionLayerCase(7, 5, 15) : attentionCase(7, 5, 15);
        // Scores before the tanh are ±1e4 through the bias of every other timestep, and hundreds through x.
        for (std::size_t t = 0; t < 7; t += 2) given.weights["b"][t] = size;
        for (float& number : given.inputs["x"].data()) number *= 100.0F;
        if (!isLayer) given.inputs["mask"] = maskOf(Masking::None, 7);
        const auto run = evaluated(formula.toStdString(), given);
        QVERIFY(allFinite((*run)["e"]) && allFinite((*run)["a"]) && allFinite((*run)["c"]));
        for (const double sum : rowSums((*run)["a"])) QVERIFY(std::abs(sum - 1.0) <= 1e-5);
    }
}

QTEST_GUILESS_MAIN(AttentionFormulasTest)
#include "attention_test.moc"
