#pragma once

#include "formula/lower.h"
#include "support/bundled_formulas.h"
#include "support/random_tensor.h"
#include "support/run_graph.h"
#include "support/tensor_compare.h"

#include <QtTest>

namespace attnscope::test {

/// The last line of a formula of the usual names.
inline const std::string siteLine = "\nsite score e, weights a, values x, output c\n";

/// Either's text, for messages.
template <typename T>
std::string errorText(const Result<T>& result) {
    return result ? std::string() : result.error().text();
}

/// What a formula is applied to in a test: extents of its index letters, tensors by its names.
struct FormulaCase {
    std::int64_t batch = 3;
    std::map<std::string, std::int64_t> extents;
    std::map<std::string, Tensor> inputs;  ///< with the batch first
    std::map<std::string, Tensor> weights;

    /// Random inputs and weights of the declared shapes; a declared mask is ones and zeros.
    static FormulaCase random(const Formula& formula, std::map<std::string, std::int64_t> extents, std::uint32_t seed,
                              std::int64_t batch = 3) {
        FormulaCase result{batch, std::move(extents), {}, {}};
        const auto shape = [&](const Declaration& declaration, bool batched) {
            std::vector<std::int64_t> axes;
            if (batched) axes.push_back(batch);
            for (const std::vector<std::string>& axis : declaration.axes) {
                axes.push_back(1);
                for (const std::string& index : axis) axes.back() *= result.extents.at(index);
            }
            return Shape(axes);
        };
        for (const Declaration& input : formula.inputs()) {
            ++seed;
            result.inputs[input.name] = input.name.ends_with("mask") ? randomMask(shape(input, true), seed)
                                                                     : randomTensor(shape(input, true), seed);
        }
        for (const Declaration& weight : formula.weights())
            result.weights[weight.name] = randomTensor(shape(weight, false), ++seed, -1.0F, 1.0F);
        return result;
    }

    /// Inputs and weights together.
    [[nodiscard]] std::map<std::string, Tensor> values() const {
        std::map<std::string, Tensor> all = inputs;
        all.insert(weights.begin(), weights.end());
        return all;
    }
};

/// The case as a graph of one layer, "attention", with an input for each of the formula's.
[[nodiscard]] inline Result<Graph> lowered(const Formula& formula, const FormulaCase& given) {
    GraphBuilder builder;
    FormulaBinding binding{"attention", "Class", {}, {}, {}, {}, {}, {}};
    for (const auto& [name, tensor] : given.inputs)
        binding.inputs[name] = builder.input("given_" + name, tensor.shape());
    for (const auto& [name, tensor] : given.weights) binding.weights[name] = share(tensor);
    builder.enterLayer("attention");
    ATTN_TRY(const std::vector<FormulaOutput> outputs, lowerFormula(builder, formula, binding));
    for (const FormulaOutput& output : outputs) builder.output(output.value);
    return std::move(builder).build();
}

/// Runs a case's graph. `replaced` gives constants such as "attention/mask" other values.
[[nodiscard]] inline Result<GraphRun> ran(const Graph& graph, const FormulaCase& given,
                                          std::map<std::string, Tensor> replaced = {}) {
    for (const auto& [name, tensor] : given.inputs) replaced.emplace("given_" + name, tensor);
    return runGraph(graph, replaced);
}

inline Formula parsed(const std::string& source) {
    Result<Formula> formula = Formula::parse(source, "demo");
    if (!formula) throw std::invalid_argument(formula.error().text());
    return *std::move(formula);
}

inline Formula bundled(const std::string& name) {
    return *bundledCatalogue()->find(name);
}

}  // namespace attnscope::test
