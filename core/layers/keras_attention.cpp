#include "base/text.h"
#include "formula/lower.h"
#include "layers/lower_functions.h"
#include "layers/support.h"

#include <algorithm>

namespace attnscope {

namespace {

/// A formula applied to a layer, if it can be.
struct Fit {
    const Formula* formula = nullptr;
    FormulaBinding binding;
    /// How many weights bear the name that the formula expects.
    std::size_t byName = 0;
    /// Why it cannot be; empty if it can.
    std::string reason;
};

/// Whether a name matches a pattern in which `*` stands for any run of characters.
bool matchesPattern(std::string_view pattern, std::string_view name) {
    // Between two stars the leftmost place that fits is always good enough, so this never goes back.
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == name;
    const std::size_t lastStar = pattern.rfind('*');
    const std::string_view head = pattern.substr(0, star);
    const std::string_view tail = pattern.substr(lastStar + 1);
    if (name.size() < head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail)) return false;
    std::string_view rest = name.substr(head.size(), name.size() - head.size() - tail.size());
    const std::string_view middle = pattern.substr(star, lastStar - star + 1);
    for (const std::string& part : split(middle, '*')) {
        const std::size_t found = rest.find(part);
        if (found == std::string_view::npos) return false;
        rest.remove_prefix(found + part.size());
    }
    return true;
}

/// A weight of the formula as messages show it: `W[f] (as "*_W")`.
std::string shown(const Declaration& declaration) {
    std::string text = declaration.name + "[" + joined(declaration.indices, ",") + "]";
    if (declaration.optional) text += "?";
    if (!declaration.fileName.empty()) text += " (as \"" + declaration.fileName + "\")";
    return text;
}

std::string expectedWeights(const Formula& formula) {
    std::vector<std::string> expected;
    for (const Declaration& weight : formula.weights()) expected.push_back(shown(weight));
    return expected.empty() ? "no weights" : joined(expected, ", ");
}

std::string foundWeights(const Layer& layer) {
    std::vector<std::string> found;
    for (const LayerWeight& weight : layer.weights)
        found.push_back(shortWeightName(weight.name) + " " + weight.tensor->shape().text());
    return found.empty() ? "no weights" : joined(found, ", ");
}

/// Pairs the formula's weights with the layer's: by file name first, the others in order.
void matchByName(const Layer& layer, Fit& fit) {
    const std::vector<Declaration>& declared = fit.formula->weights();
    std::vector<const LayerWeight*> left;
    for (const LayerWeight& weight : layer.weights) left.push_back(&weight);
    for (const Declaration& declaration : declared) {
        const auto found = std::ranges::find_if(left, [&](const LayerWeight* weight) {
            return matchesPattern(declaration.fileName, shortWeightName(weight->name));
        });
        if (found == left.end()) continue;
        fit.binding.weights[declaration.name] = (*found)->tensor;
        ++fit.byName;
        left.erase(found);
    }
    std::vector<const Declaration*> open;
    for (const Declaration& declaration : declared)
        if (!fit.binding.weights.contains(declaration.name)) open.push_back(&declaration);
    auto required = static_cast<std::size_t>(std::ranges::count(open, false, &Declaration::optional));
    for (const Declaration* declaration : open) {
        if (declaration->optional && left.size() <= required) continue;
        if (left.empty()) {
            fit.reason = "it has no weight for " + shown(*declaration);
            return;
        }
        fit.binding.weights[declaration->name] = left.front()->tensor;
        left.erase(left.begin());
        if (!declaration->optional) --required;
    }
    if (!left.empty()) fit.reason = "it has no place for weight " + shortWeightName(left.front()->name);
}

/// Gives the formula its inputs: `mask` is what travels with the first one, the others come in order.
void matchInputs(const std::vector<Flow>& inputs, Fit& fit) {
    std::size_t next = 0;
    for (const Declaration& declaration : fit.formula->inputs()) {
        if (declaration.name == "mask") {
            if (inputs.front().mask) fit.binding.inputs["mask"] = *inputs.front().mask;
        } else if (next < inputs.size()) {
            fit.binding.inputs[declaration.name] = inputs[next++].value;
        } else {
            fit.reason = "input " + declaration.name + " is missing";
        }
    }
    if (next < inputs.size())
        fit.reason = "it has " + std::to_string(next) + " inputs, the layer " + std::to_string(inputs.size());
}

/// Every index letter must have one extent throughout.
void unify(GraphBuilder& graph, Fit& fit) {
    struct Extent {
        std::int64_t size;
        std::string where;
    };
    std::map<std::string, Extent> extents;
    const auto bind = [&](const Declaration& declaration, const Shape& shape) {
        if (shape.rank() != declaration.indices.size()) {
            fit.reason = declaration.name + " has shape " + shape.text() + ", [" + joined(declaration.indices, ",") +
                         "] expected";
            return;
        }
        for (std::size_t axis = 0; axis < shape.rank() && fit.reason.empty(); ++axis) {
            const std::string& index = declaration.indices[axis];
            const auto [known, isNew] = extents.try_emplace(index, Extent{shape[axis], declaration.name});
            if (!isNew && known->second.size != shape[axis])
                fit.reason = "index " + index + " is " + std::to_string(known->second.size) + " in " +
                             known->second.where + " and " + std::to_string(shape[axis]) + " in " + declaration.name;
        }
    };
    for (const Declaration& input : fit.formula->inputs()) {
        const auto given = fit.binding.inputs.find(input.name);
        if (given != fit.binding.inputs.end() && fit.reason.empty()) {
            const Shape& shape = graph.shape(given->second);
            bind(input, shape.rank() == 0 ? shape : shape.from(1));
        }
    }
    for (const Declaration& weight : fit.formula->weights()) {
        const auto given = fit.binding.weights.find(weight.name);
        if (given != fit.binding.weights.end() && fit.reason.empty()) bind(weight, given->second->shape());
    }
}

Fit tryFormula(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs, const Formula& formula) {
    Fit fit;
    fit.formula = &formula;
    fit.binding.siteName = lowering.graph().layer().empty() ? layer.name : lowering.graph().layer();
    fit.binding.className = layer.className;
    matchByName(layer, fit);
    if (fit.reason.empty()) matchInputs(inputs, fit);
    if (fit.reason.empty()) unify(lowering.graph(), fit);
    return fit;
}

tl::unexpected<Error> nothingFits(const Layer& layer, const std::vector<Fit>& fits) {
    std::vector<std::string> reasons;
    for (const Fit& fit : fits)
        reasons.push_back("formula " + fit.formula->name() + " expects " + expectedWeights(*fit.formula) + ", but " +
                          fit.reason);
    // With one formula to go by, what does not fit is a shape; with several, it is not known which one it is.
    const ErrorCode code = fits.size() == 1 ? ErrorCode::Shape : ErrorCode::UnknownLayer;
    return fail(code, "class " + layer.className + " has " + foundWeights(layer) + "; " + joined(reasons, "; "));
}

}  // namespace

Result<std::vector<Flow>> lowerAttention(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         const std::vector<const Formula*>& candidates) {
    if (inputs.empty()) return fail(ErrorCode::Shape, "an input or more expected");
    std::vector<Fit> fits;
    for (const Formula* formula : candidates) fits.push_back(tryFormula(lowering, layer, inputs, *formula));
    std::vector<Fit*> fitting;
    for (Fit& fit : fits)
        if (fit.reason.empty()) fitting.push_back(&fit);
    if (fitting.empty()) return nothingFits(layer, fits);

    Fit* best = *std::ranges::max_element(fitting, {}, &Fit::byName);
    std::vector<std::string> others;
    for (const Fit* fit : fitting)
        if (fit != best) others.push_back(fit->formula->name());
    if (!others.empty())
        lowering.note("layer " + layer.name + ": class " + layer.className + " is read as formula " +
                      best->formula->name() + "; " + joined(others, ", ") + " would fit as well");

    lowering.readBy({best->binding.siteName, best->formula->name(), others});

    for (const ParameterDeclaration& parameter : best->formula->parameters()) {
        const auto entry = layer.config.json().find(parameter.name);
        if (entry == layer.config.json().end() || !entry->is_number()) continue;
        ATTN_TRY(best->binding.parameters[parameter.name], layer.config.number(parameter.name, parameter.value));
    }
    const bool readsMask =
        std::ranges::find(best->formula->inputs(), "mask", &Declaration::name) != best->formula->inputs().end();
    if (inputs.front().mask && !readsMask)
        lowering.note("layer " + layer.name + " takes no notice of the mask: padding can get weight");
    ATTN_TRY(const ValueId output, lowerFormula(lowering.graph(), *best->formula, best->binding));
    return single(output);
}

}  // namespace attnscope
