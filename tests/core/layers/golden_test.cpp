#include "golden_case.h"
#include "layers/weight_terms.h"
#include "model/model.h"
#include "support/bundled_formulas.h"
#include "support/run_graph.h"
#include "support/tensor_compare.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <cmath>

using namespace attnscope;
using namespace attnscope::test;

namespace {

/// A model lowered for the inputs of a run, and all its values.
struct Computed {
    std::shared_ptr<const Graph> graph;
    GraphRun values;
};

Result<Computed> compute(const GoldenCase& golden, const GoldenRun& run) {
    ATTN_TRY(const auto model, openGolden(golden));
    std::map<std::string, Tensor> inputs;
    for (const NamedTensor& input : run.inputs) inputs.emplace(input.name, input.tensor);
    std::vector<Shape> shapes;
    for (const ModelInput& input : model->inputs()) {
        const auto given = inputs.find(input.name);
        if (given == inputs.end()) return fail(ErrorCode::NotFound, "the case has no input " + input.name);
        shapes.push_back(given->second.shape());
    }
    ATTN_TRY(LoweredModel lowered, lowerModel(*model, shapes, {bundledCatalogue(), golden.formulas}));
    if (lowered.incomplete) return fail(*lowered.incomplete);
    auto graph = std::make_shared<const Graph>(std::move(lowered.graph));
    ATTN_TRY(GraphRun values, runGraph(*graph, inputs));
    return Computed{graph, std::move(values)};
}

/// Runs a case and describes what differs from the source framework; empty if nothing does.
std::string runCase(const GoldenCase& golden, const GoldenRun& run) {
    const auto computed = compute(golden, run);
    if (!computed) return computed.error().text();
    const Graph& graph = *computed->graph;

    std::string differences;
    const auto compare = [&](const NamedTensor& expected, ValueId id) {
        const std::string found = difference(computed->values[id], expected.tensor);
        if (!found.empty()) differences += expected.name + ": " + found + "\n";
    };
    if (graph.outputs().size() != run.outputs.size()) return "another number of outputs";
    for (std::size_t i = 0; i < run.outputs.size(); ++i) compare(run.outputs[i], graph.outputs()[i]);
    for (const NamedTensor& expected : run.values) {
        const auto id = graph.find(expected.name);
        if (!id) return id.error().text();
        compare(expected, *id);
    }
    return differences;
}

/// The worst row of weights that does not add up to 1 over time; empty if all do. A row may add up to 0 where a
/// timestep is masked: the query's own, or all that it could look at.
std::string rowSums(const Site& site, const Tensor& weights, const Tensor* mask) {
    const NamedValue* named = site.find(site.weights);
    if (named == nullptr) return "the weights have no name";
    const auto axis = std::ranges::find(named->axes, site.timeAxis) - named->axes.begin() + 1;
    if (static_cast<std::size_t>(axis) >= weights.rank()) return "the weights have no axis of time";
    const std::int64_t time = weights.dim(static_cast<std::size_t>(axis));
    const std::int64_t inner = weights.shape().from(static_cast<std::size_t>(axis) + 1).elements();
    const std::int64_t outer = weights.shape().elements() / (time * inner);
    const std::int64_t perBatch = outer / weights.dim(0);
    for (std::int64_t row = 0; row < outer * inner; ++row) {
        double sum = 0.0;
        double counted = 0.0;
        for (std::int64_t t = 0; t < time; ++t) {
            sum +=
                static_cast<double>(weights[static_cast<std::size_t>((row / inner * time + t) * inner + row % inner)]);
            const auto step = static_cast<std::size_t>(row / inner / perBatch * time + t);
            counted += mask == nullptr || (*mask)[step] != 0.0F ? 1.0 : 0.0;
        }
        // Layers that lower masked scores by a large number share the weight where all are masked.
        const bool looksAtAll = named->axes.size() == 1;
        const bool mayBeZero = counted == 0.0 || site.find("query_mask") != nullptr ||
                               (!looksAtAll && counted < static_cast<double>(time));
        if (std::abs(sum - 1.0) > 1e-5 && !(mayBeZero && std::abs(sum) <= 1e-5))
            return "row " + std::to_string(row) + " adds up to " + std::to_string(sum);
    }
    return {};
}

}  // namespace

Q_DECLARE_METATYPE(const GoldenCase*)

class GoldenTest : public QObject {
    Q_OBJECT

private:
    std::vector<GoldenCase> m_cases = goldenCases();

    void rows(const std::function<bool(const GoldenCase&)>& chosen) {
        QTest::addColumn<const GoldenCase*>("golden");
        QTest::addColumn<int>("run");
        for (const GoldenCase& golden : m_cases) {
            if (!chosen(golden)) continue;
            for (int run = 0; run < static_cast<int>(golden.runs.size()); ++run)
                QTest::newRow((golden.name + ": " + golden.runs[static_cast<std::size_t>(run)].note).c_str())
                    << &golden << run;
        }
    }

private slots:
    void everyValueIsWhatKerasGives_data() {
        rows([](const GoldenCase&) { return true; });
    }
    void everyValueIsWhatKerasGives() {
        QFETCH(const GoldenCase*, golden);
        QFETCH(int, run);
        const std::string differences = runCase(*golden, golden->runs[static_cast<std::size_t>(run)]);
        QVERIFY2(differences.empty(), differences.c_str());
    }

    void attentionWeightsAddUpToOne_data() {
        rows([](const GoldenCase& golden) {
            // Where only timesteps of very low scores are nearby, epsilon is of the size of their sum.
            if (golden.name == "catalogue_seq_self_multiplicative_product") return false;
            return golden.name.starts_with("catalogue_") ||
                   (golden.name.find("attention") != std::string::npos && golden.name != "dot_attention" &&
                    !golden.name.starts_with("composed_"));
        });
    }
    void attentionWeightsAddUpToOne() {
        QFETCH(const GoldenCase*, golden);
        QFETCH(int, run);
        const auto computed = compute(*golden, golden->runs[static_cast<std::size_t>(run)]);
        QVERIFY2(computed, computed ? "" : computed.error().text().c_str());
        QVERIFY(!computed->graph->sites().empty());
        for (const Site& site : computed->graph->sites()) {
            const Tensor* mask = site.mask ? &computed->values[*site.mask] : nullptr;
            const std::string wrong = rowSums(site, computed->values[site.weights], mask);
            QVERIFY2(wrong.empty(), (site.name + ": " + wrong).c_str());
        }
    }

    void composedAttentionIsASiteAndNothingElseIs_data() {
        rows([](const GoldenCase& golden) { return golden.runs.front().sites.has_value(); });
    }
    void composedAttentionIsASiteAndNothingElseIs() {
        QFETCH(const GoldenCase*, golden);
        QFETCH(int, run);
        const auto computed = compute(*golden, golden->runs[static_cast<std::size_t>(run)]);
        QVERIFY2(computed, computed ? "" : computed.error().text().c_str());
        const std::vector<NamedTensor>& expected = *golden->runs[static_cast<std::size_t>(run)].sites;
        std::string names;
        for (const Site& site : computed->graph->sites()) names += site.name + " ";
        QVERIFY2(computed->graph->sites().size() == expected.size(), names.c_str());
        for (std::size_t index = 0; index < expected.size(); ++index) {
            const Site& site = computed->graph->sites()[index];
            QCOMPARE(site.name, expected[index].name);
            QCOMPARE(site.formula, std::string(foundByStructure));
            // The layer may have moved the numbers once more, so that only their order differs from the site's.
            const Tensor& found = computed->values[site.weights];
            const Tensor flat = Tensor(found).reshaped(expected[index].tensor.shape());
            const std::string wrong = difference(flat, expected[index].tensor);
            QVERIFY2(wrong.empty(), wrong.c_str());
        }
    }

    void penaltiesAndConstraintsAreThoseOfKeras_data() {
        QTest::addColumn<const GoldenCase*>("golden");
        for (const GoldenCase& golden : m_cases)
            if (!golden.penalties.empty() || !golden.constraints.empty()) QTest::newRow(golden.name.c_str()) << &golden;
    }
    void penaltiesAndConstraintsAreThoseOfKeras() {
        QFETCH(const GoldenCase*, golden);
        const auto model = openGolden(*golden);
        QVERIFY2(model, model ? "" : model.error().text().c_str());
        std::map<std::pair<std::string, std::string>, WeightTerms> terms;
        for (const auto& layer : (*model)->layers())
            for (const WeightTerms& term : weightTerms(*layer)) terms[{layer->name, term.weight}] = term;
        for (const GoldenTerm& expected : golden->penalties) {
            const WeightTerms& found = terms.at({expected.layer, expected.weight});
            QVERIFY2(found.penalty, expected.weight.c_str());
            QVERIFY2(std::abs(*found.penalty - expected.value) <= 1e-5F * std::abs(expected.value),
                     expected.weight.c_str());
        }
        for (const GoldenTerm& expected : golden->constraints) {
            const WeightTerms& found = terms.at({expected.layer, expected.weight});
            QVERIFY2(found.holds, expected.weight.c_str());
            QCOMPARE(*found.holds, expected.holds);
        }
    }
};

QTEST_GUILESS_MAIN(GoldenTest)
#include "golden_test.moc"
