#include "bench_case.h"

#include "formula/catalogue.h"
#include "formula/lower.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace attnscope::bench {
namespace {

/// The steps of a graph that lead to `wanted`, and what is given to them.
BenchCase caseOf(const Graph& graph, const std::map<ValueId, TensorPtr>& inputs, const std::vector<ValueId>& wanted) {
    BenchCase result;
    result.slots.resize(graph.values().size());
    std::set<ValueId> needed(wanted.begin(), wanted.end());
    for (const ValueId id : wanted) {
        result.wanted.push_back(id.index);
        result.bytes += static_cast<double>(graph.value(id).shape.elements()) * sizeof(float);
    }
    for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
        if (!needed.contains(node->output)) continue;
        const bool isWanted = std::ranges::find(wanted, node->output) != wanted.end();
        Step step{node->operation.get(),
                  {},
                  node->output.index,
                  graph.value(node->output).shape,
                  isWanted ? Fate::Kept : Fate::Transient};
        for (const ValueId input : node->inputs) {
            step.inputs.push_back(input.index);
            needed.insert(input);
        }
        result.steps.insert(result.steps.begin(), std::move(step));
        result.operations.push_back(node->operation);
    }
    for (const ValueId id : needed) {
        const Value& value = graph.value(id);
        if (value.kind == ValueKind::Computed) continue;
        result.slots[id.index] = value.kind == ValueKind::Constant ? value.constant : inputs.at(id);
        result.bytes += static_cast<double>(value.shape.elements()) * sizeof(float);
    }
    return result;
}

/// A bundled layer; what is looked at is its weights and its output.
Result<BenchCase> layer(const char* formulaName, const Extents& e, const std::map<std::string, TensorPtr>& weights,
                        bool masked) {
    Catalogue catalogue;
    ATTN_CHECK(catalogue.addFolder(ATTNSCOPE_SOURCE_DIR "/resources/formulas"));
    const Formula* formula = catalogue.find(formulaName);
    if (formula == nullptr) return fail(ErrorCode::NotFound, std::string(formulaName) + ": no such formula");
    GraphBuilder builder;
    std::map<ValueId, TensorPtr> given;
    FormulaBinding binding{"layer", "", {}, weights, {}, {}, {}, {}};
    const auto give = [&](const char* name, Tensor tensor) {
        const ValueId id = builder.input(name, tensor.shape());
        binding.inputs[name] = id;
        given[id] = share(std::move(tensor));
    };
    give("x", numbers({e.batch, e.time, e.features}, 1));
    if (masked) {
        Tensor mask = numbers({e.batch, e.time}, 7, 0.0F, 1.0F);
        for (float& value : mask.data()) value = value < 0.7F ? 1.0F : 0.0F;
        give("mask", std::move(mask));
    }
    builder.enterLayer("layer");
    ATTN_TRY(const std::vector<FormulaOutput> outputs, lowerFormula(builder, *formula, binding));
    const Graph graph = std::move(builder).build();
    return caseOf(graph, given, {graph.sites().front().weights, outputs.front().value});
}

/// As Glorot's initialisation spreads them, so that scores neither vanish nor saturate.
TensorPtr kernel(Shape shape, std::int64_t terms) {
    const float bound = std::sqrt(3.0F / static_cast<float>(terms));
    return share(numbers(std::move(shape), 2, -bound, bound));
}

Result<BenchCase> stepDim(const Extents& e) {
    ATTN_TRY(BenchCase result,
             layer("attention_step_dim", e,
                   {{"W", kernel({e.features}, e.features)}, {"b", share(numbers({e.time}, 3, -0.1F, 0.1F))}}, true));
    result.flops = 4.0 * e.elements();  // x·W and Σ a·x
    return result;
}

Result<BenchCase> timeByTime(const Extents& e) {
    ATTN_TRY(BenchCase result,
             layer("attention_layer_txt", e,
                   {{"W", kernel({e.time, e.time}, e.time)}, {"b", share(numbers({e.time}, 3, -0.1F, 0.1F))}}, false));
    result.flops = 2.0 * e.elements() * static_cast<double>(e.time) + 2.0 * e.elements();
    return result;
}

}  // namespace

std::vector<CaseMaker> layerCases() {
    return {{"layer Attention(step_dim)", stepDim}, {"layer AttentionLayer, T×T", timeByTime}};
}

}  // namespace attnscope::bench
