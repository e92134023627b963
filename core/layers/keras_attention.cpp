#include "base/text.h"
#include "formula/check.h"
#include "formula/indices.h"
#include "formula/lower.h"
#include "formula/print.h"
#include "layers/activations.h"
#include "layers/lower_functions.h"
#include "layers/support.h"

#include <algorithm>
#include <tuple>

namespace attnscope {

namespace {

/// A formula applied to a layer, if it can be.
struct Fit {
    const Formula* formula = nullptr;
    FormulaBinding binding;
    std::map<std::string, Flow> inputs;  ///< by the formula's names, masks left out
    /// How many weights bear the name that the formula expects.
    std::size_t byName = 0;
    /// How many of the config's entries the formula knows.
    std::size_t byConfig = 0;
    /// How many classes the formula names before the layer's; more than it can name if it does not name it.
    std::size_t classPlace = formulaSizeLimit;
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

/// Weights of layers inside the layer share their last name; such a pattern names a part of the path too:
/// "*score/kernel".
bool isCalled(std::string_view pattern, const LayerWeight& weight) {
    if (pattern.find('/') == std::string_view::npos) return matchesPattern(pattern, shortWeightName(weight.name));
    const std::string_view name = weight.name;
    return matchesPattern(pattern, name.substr(0, name.rfind(':')));
}

/// A weight of the formula as messages show it: `W[f] (as "*_W")`.
std::string shown(const Declaration& declaration) {
    std::string text = declaration.name + printAxes(declaration.axes);
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
        const auto found = std::ranges::find_if(
            left, [&](const LayerWeight* weight) { return isCalled(declaration.fileName, *weight); });
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

/// What a layer is called with: `inputs` in order, and tensors by the names of their arguments.
class GivenTensors {
public:
    GivenTensors(const CallArguments& arguments, const std::vector<Flow>& inputs) : m_inputs(inputs) {
        for (const auto& [name, unused] : arguments.named.items()) {
            const std::optional<Flow> flow = arguments.tensor(name);
            const auto same = [&](const Flow& input) { return input.value == flow->value; };
            if (flow && name != "mask" && name != "initial_state" && std::ranges::none_of(inputs, same))
                m_named.emplace(name, *flow);
        }
    }

    /// The argument of that name, else the next input, else the next argument.
    [[nodiscard]] std::optional<Flow> take(const std::string& name) {
        auto named = m_named.find(name);
        if (named == m_named.end() && m_next < m_inputs.size()) return m_inputs[m_next++];
        if (named == m_named.end()) named = m_named.begin();
        if (named == m_named.end()) return std::nullopt;
        const Flow flow = named->second;
        m_named.erase(named);
        return flow;
    }

    [[nodiscard]] std::size_t left() const { return m_inputs.size() - m_next + m_named.size(); }

private:
    const std::vector<Flow>& m_inputs;
    std::map<std::string, Flow> m_named;
    std::size_t m_next = 0;
};

/// The mask that a formula calls `mask` or `x_mask`, of those that travel with the layer's inputs.
std::optional<ValueId> travellingMask(const Fit& fit, std::string_view name) {
    const std::vector<std::string> masks = maskNames(*fit.formula);
    bool first = true;
    for (const Declaration& input : fit.formula->inputs()) {
        if (contains(masks, input.name)) continue;
        if (name == input.name + "_mask" || (first && name == "mask")) return fit.inputs.at(input.name).mask;
        first = false;
    }
    return std::nullopt;
}

/// Gives the formula its inputs. Masks come last: those that the layer is given as inputs of their own, else those that
/// travel with the others, unless the formula wants them in a shape of its own.
void matchInputs(Lowering& lowering, const std::vector<Flow>& inputs, Fit& fit) {
    const std::vector<std::string> masks = maskNames(*fit.formula);
    GivenTensors given(lowering.arguments(), inputs);
    const std::size_t count = given.left();
    for (const Declaration& declaration : fit.formula->inputs()) {
        if (contains(masks, declaration.name)) continue;
        const std::optional<Flow> flow = given.take(declaration.name);
        if (!flow) {
            fit.reason = "input " + declaration.name + " is missing";
            return;
        }
        fit.inputs.emplace(declaration.name, *flow);
        fit.binding.inputs[declaration.name] = flow->value;
    }
    for (const Declaration& declaration : fit.formula->inputs()) {
        if (!contains(masks, declaration.name)) continue;
        if (const std::optional<Flow> flow = given.take(declaration.name)) {
            fit.binding.inputs[declaration.name] = flow->value;
        } else if (const auto mask = travellingMask(fit, declaration.name);
                   mask && lowering.graph().shape(*mask).rank() == declaration.axes.size() + 1) {
            fit.binding.inputs[declaration.name] = *mask;
        }
    }
    if (given.left() > 0)
        fit.reason = "it has " + std::to_string(count - given.left()) + " inputs, the layer " + std::to_string(count);
}

/// A config's flag as Python reads it: null, false, 0 and what is empty are false.
bool isTrue(const nlohmann::json& entry) {
    if (entry.is_boolean()) return entry.get<bool>();
    if (entry.is_number()) return entry.get<double>() != 0.0;
    return !entry.empty();
}

/// What the layer's config says about the formula's parameters, functions, indices and outputs.
Status readConfig(Lowering& lowering, const Layer& layer, Fit& fit) {
    const nlohmann::json& json = layer.config.json();
    const auto knows = [&](const std::string& key) {
        const bool found = !key.empty() && json.contains(key);
        fit.byConfig += found ? 1 : 0;
        return found;
    };
    for (const ParameterDeclaration& parameter : fit.formula->parameters()) {
        if (!knows(parameter.fileName)) continue;
        if (json.at(parameter.fileName).is_boolean()) {
            fit.binding.parameters[parameter.name] = json.at(parameter.fileName).get<bool>() ? 1.0F : 0.0F;
        } else if (json.at(parameter.fileName).is_number()) {
            ATTN_TRY(fit.binding.parameters[parameter.name], layer.config.number(parameter.fileName, parameter.value));
        }
    }
    for (const FunctionDeclaration& function : fit.formula->functions()) {
        if (!knows(function.fileName)) continue;
        ATTN_TRY(fit.binding.functions[function.name],
                 elementwiseActivation(lowering, layer.config, function.fileName));
    }
    for (const IndexDeclaration& index : fit.formula->indices()) {
        if (!knows(index.fileName) || !layer.config.has(index.fileName)) continue;
        ATTN_TRY(fit.binding.extents[index.index], positive(layer.config, index.fileName));
    }
    for (const OutputDeclaration& output : fit.formula->outputs()) {
        if (knows(output.flag) && isTrue(json.at(output.flag))) fit.binding.flags.insert(output.flag);
    }
    return {};
}

Fit tryFormula(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs, const Formula& formula) {
    Fit fit;
    fit.formula = &formula;
    fit.binding.siteName = lowering.graph().layer().empty() ? layer.name : lowering.graph().layer();
    fit.binding.className = layer.className;
    const std::vector<std::string>& classes = formula.classes();
    const std::string_view lastPart = std::string_view(layer.className).substr(layer.className.rfind('>') + 1);
    if (const auto place = std::ranges::find(classes, lastPart); place != classes.end())
        fit.classPlace = static_cast<std::size_t>(place - classes.begin());
    matchByName(layer, fit);
    if (fit.reason.empty()) matchInputs(lowering, inputs, fit);
    if (!fit.reason.empty()) return fit;
    Status status = readConfig(lowering, layer, fit);
    if (status) {
        const Result<BoundFormula> bound = bindFormula(lowering.graph(), formula, fit.binding);
        if (!bound) status = fail(bound.error());
    }
    if (!status) fit.reason = status.error().text();
    return fit;
}

/// Those that fit, the likeliest first: by the names of weights, then by the entries of the config, then by the class
/// that a formula names first.
std::vector<Fit> fitting(std::vector<Fit> fits) {
    std::erase_if(fits, [](const Fit& fit) { return !fit.reason.empty(); });
    std::ranges::stable_sort(fits, [](const Fit& a, const Fit& b) {
        return std::tuple(a.byName, a.byConfig, b.classPlace) > std::tuple(b.byName, b.byConfig, a.classPlace);
    });
    return fits;
}

std::vector<Fit> tryAll(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                        const std::vector<const Formula*>& formulas) {
    std::vector<Fit> fits;
    for (const Formula* formula : formulas) fits.push_back(tryFormula(lowering, layer, inputs, *formula));
    return fits;
}

std::vector<std::string> namesOf(const std::vector<Fit>& fits) {
    std::vector<std::string> names;
    for (const Fit& fit : fits) names.push_back(fit.formula->name());
    return names;
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

bool anyFormulaFits(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                    const std::vector<const Formula*>& candidates) {
    return !inputs.empty() && !fitting(tryAll(lowering, layer, inputs, candidates)).empty();
}

void offerFormulas(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    if (inputs.empty()) return;
    const std::vector<Fit> fits = fitting(tryAll(lowering, layer, inputs, lowering.catalogue().all()));
    const std::string path = lowering.graph().layer().empty() ? layer.name : lowering.graph().layer();
    lowering.readBy({path, "", namesOf(fits)});
}

Result<std::vector<Flow>> lowerAttention(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         const std::vector<const Formula*>& candidates) {
    if (inputs.empty()) return fail(ErrorCode::Shape, "an input or more expected");
    std::vector<Fit> fits = tryAll(lowering, layer, inputs, candidates);
    std::vector<Fit> likely = fitting(fits);
    if (likely.empty()) {
        offerFormulas(lowering, layer, inputs);
        return nothingFits(layer, fits);
    }
    const Fit best = std::move(likely.front());
    likely.erase(likely.begin());
    const std::vector<std::string> others = namesOf(likely);
    if (!others.empty())
        lowering.note("layer " + layer.name + ": class " + layer.className + " is read as formula " +
                      best.formula->name() + "; " + joined(others, ", ") + " would fit as well");
    lowering.readBy({best.binding.siteName, best.formula->name(), others});

    const auto isGiven = [&](const std::string& mask) { return best.binding.inputs.contains(mask); };
    if (inputs.front().mask && std::ranges::none_of(maskNames(*best.formula), isGiven))
        lowering.note("layer " + layer.name + " takes no notice of the mask: padding can get weight");
    ATTN_TRY(const std::vector<FormulaOutput> outputs, lowerFormula(lowering.graph(), *best.formula, best.binding));
    std::vector<Flow> flows;
    for (const FormulaOutput& output : outputs) flows.push_back({output.value, travellingMask(best, output.mask)});
    return flows;
}

}  // namespace attnscope
