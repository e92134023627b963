#include "model/lowering_driver.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

namespace attnscope {

namespace {

/// Two lengths for axes that a file leaves open: long enough for kernels and pools, different enough that what depends
/// on them differs.
constexpr std::array<std::int64_t, 2> lengths{256, 384};

std::vector<Shape> shapesAt(const Model& model, std::int64_t length) {
    std::vector<Shape> shapes;
    for (const ModelInput& input : model.inputs()) {
        std::vector<std::int64_t> extents{1};
        for (const auto& extent : input.extents) extents.push_back(extent.value_or(length));
        shapes.emplace_back(std::move(extents));
    }
    return shapes;
}

bool hasOpenLengths(const Model& model) {
    return std::ranges::any_of(model.inputs(), [](const ModelInput& input) {
        return std::ranges::any_of(input.extents, [](const auto& extent) { return !extent; });
    });
}

/// The first lengths that inputs have, each once: no model has many, and each takes time to try.
std::vector<std::int64_t> givenLengths(const Model& model) {
    constexpr std::size_t most = 8;
    std::vector<std::int64_t> found;
    for (const ModelInput& input : model.inputs()) {
        for (const auto& extent : input.extents) {
            if (!extent || std::ranges::find(found, *extent) != found.end()) continue;
            found.push_back(*extent);
            if (found.size() == most) return found;
        }
    }
    return found;
}

class Summary {
public:
    Summary(const Model& model, const LoweringOptions& options) {
        lowerAtLengths(model, options);
        for (const LoweringOutcome& outcome : m_outcomes) m_outputs.push_back(outputsOf(outcome.graph));
        if (m_outcomes.empty()) return;
        for (const Value& value : m_outcomes.front().graph.values())
            if (value.constant) m_constants.emplace(value.constant.get(), value.name);
    }

    void add(const Model& model, const std::string& prefix, std::size_t depth) {
        for (const auto& layer : model.layers()) {
            LayerSummary row;
            row.name = prefix + layer->name;
            row.layer = layer;
            row.className = layer->className;
            row.parameters = layer->parameterCount();
            row.depth = depth;
            row.shape = isTextInput(model, layer->name) ? "text" : shapeOf(row.name);
            for (const LayerWeight& weight : layer->weights)
                row.weights.push_back({shownName(weight, row.name), weight.tensor->shape().text()});
            if (!m_outcomes.empty()) {
                const LoweringOutcome& outcome = m_outcomes.front();
                const bool wraps = !layer->inner.empty() && layer->inner.front()->model == nullptr;
                row.sites = sitesIn(row.name, wraps);
                row.isSite = !row.sites.empty();
                if (const auto choice = std::ranges::find(outcome.choices, row.name, &FormulaChoice::layer);
                    choice != outcome.choices.end()) {
                    row.formula = choice->formula;
                    row.otherFormulas = choice->others;
                    row.needsFormula = choice->formula.empty();
                }
                noteProblem(row);
            }
            m_rows.push_back(std::move(row));
            addInside(*layer, prefix + layer->name + "/", depth + 1);
        }
    }

    void add(const AddedLayer& layer) {
        LayerSummary row;
        row.name = layer.name;
        row.className = addedLayerClass;
        row.shape = shapeOf(row.name);
        row.added = true;
        if (!m_outcomes.empty()) {
            const LoweringOutcome& outcome = m_outcomes.front();
            row.sites = sitesIn(row.name, false);
            row.isSite = !row.sites.empty();
            const auto& sites = outcome.graph.sites();
            const auto site = std::ranges::find(sites, row.name, &Site::layer);
            row.formula = site != sites.end() ? site->formula : layer.formula;
            for (const Value& value : outcome.graph.values()) {
                const bool isWeight = value.layer == row.name && value.kind == ValueKind::Constant && !value.batched;
                if (isWeight && value.shape.rank() > 0) row.parameters += value.shape.elements();
            }
            noteProblem(row);
        }
        m_rows.push_back(std::move(row));
    }

    [[nodiscard]] std::vector<LayerSummary> take() && { return std::move(m_rows); }

private:
    void noteProblem(LayerSummary& row) const {
        const auto& problems = m_outcomes.front().problems;
        const auto problem = problems.find(row.name);
        if (problem == problems.end()) return;
        row.problem = problem->second.text;
        row.waits = problem->second.ofAnother;
    }

    void lowerAtLengths(const Model& model, const LoweringOptions& options) {
        if (!hasOpenLengths(model)) {
            lower(model, options, lengths[0]);
            return;
        }
        for (const std::int64_t length : lengths) lower(model, options, length);
        if (m_outcomes.empty() || !m_outcomes.front().incomplete) return;
        // An open length may have to be that of another input.
        for (const std::int64_t length : givenLengths(model)) {
            auto outcome = runLowering(model, shapesAt(model, length), options);
            if (!outcome || outcome->incomplete) continue;
            m_outcomes.clear();
            m_outcomes.push_back(*std::move(outcome));
            return;
        }
    }

    void lower(const Model& model, const LoweringOptions& options, std::int64_t length) {
        if (auto outcome = runLowering(model, shapesAt(model, length), options))
            m_outcomes.push_back(*std::move(outcome));
    }

    /// The sites where attention happens in a layer, or in the ordinary layer that it wraps.
    [[nodiscard]] std::vector<std::string> sitesIn(const std::string& name, bool wraps) const {
        std::vector<std::string> sites;
        for (const Site& site : m_outcomes.front().graph.sites()) {
            if (site.layer == name || (wraps && site.layer.starts_with(name + "/"))) sites.push_back(site.name);
        }
        return sites;
    }

    /// The layers of a nested model, also of one inside a wrapper.
    void addInside(const Layer& layer, const std::string& prefix, std::size_t depth) {
        if (layer.model != nullptr) add(*layer.model, prefix, depth);
        for (const auto& inner : layer.inner) addInside(*inner, prefix + inner->name + "/", depth);
    }

    static bool isTextInput(const Model& model, const std::string& layer) {
        return std::ranges::any_of(model.inputs(), [&](const ModelInput& input) {
            return input.name == layer && (input.text || input.problem);
        });
    }

    /// The name of a weight: the file's, but "kernel" for a mere "vars/0" where the graph tells.
    [[nodiscard]] std::string shownName(const LayerWeight& weight, const std::string& layer) const {
        const std::string number = weight.name.substr(weight.name.rfind('/') + 1);
        if (m_outcomes.empty() || number.find_first_not_of("0123456789") != std::string::npos) return weight.name;
        const auto [first, last] = m_constants.equal_range(weight.tensor.get());
        const auto constant = std::find_if(
            first, last, [&](const auto& named) { return std::string_view(named.second).starts_with(layer + "/"); });
        return constant == last ? weight.name : std::string(constant->second.substr(layer.size() + 1));
    }

    /// What layers give, by their names: in their first calls.
    using LayerOutputs = std::map<std::string_view, ValueId>;
    static LayerOutputs outputsOf(const Graph& graph) {
        LayerOutputs outputs;
        for (const LayerOutput& output : graph.layerOutputs()) outputs.try_emplace(output.layer, output.value);
        return outputs;
    }

    /// Without the batch axis; what does not depend on the input has none.
    [[nodiscard]] std::optional<Shape> outputShape(std::size_t outcome, const std::string& layer) const {
        const auto output = m_outputs[outcome].find(layer);
        if (output == m_outputs[outcome].end()) return std::nullopt;
        const Value& value = m_outcomes[outcome].graph.value(output->second);
        return value.batched ? value.shape.from(1) : value.shape;
    }

    [[nodiscard]] std::string shapeOf(const std::string& layer) const {
        if (m_outcomes.empty()) return {};
        const std::optional<Shape> first = outputShape(0, layer);
        const std::optional<Shape> second = outputShape(m_outcomes.size() - 1, layer);
        if (!first || !second || first->rank() != second->rank()) return {};
        std::string text = "(";
        for (std::size_t axis = 0; axis < first->rank(); ++axis) {
            if (axis > 0) text += ", ";
            text += (*first)[axis] == (*second)[axis] ? std::to_string((*first)[axis]) : "?";
        }
        return text + ")";
    }

    std::vector<LoweringOutcome> m_outcomes;
    std::vector<LayerOutputs> m_outputs;                         ///< of each outcome
    std::multimap<const Tensor*, std::string_view> m_constants;  ///< what the first calls a tensor, in its order
    std::vector<LayerSummary> m_rows;
};

}  // namespace

std::vector<std::string> weightNames(const LayerSummary& layer) {
    std::vector<std::string> names;
    for (const WeightSummary& weight : layer.weights) names.push_back(weight.name);
    return names;
}

std::vector<LayerSummary> summarize(const Model& model, const LoweringOptions& options) {
    Summary summary(model, options);
    summary.add(model, "", 0);
    for (const AddedLayer& layer : options.addedLayers) summary.add(layer);
    return std::move(summary).take();
}

}  // namespace attnscope
