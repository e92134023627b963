#include "figure/panel_figures.h"

#include "figure/panel_parts.h"
#include "figure/site_figures.h"
#include "figure/text_kit.h"
#include "inspect/comparison.h"
#include "inspect/contributions.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace attnscope {
namespace {

/// For signed values; its middle comes near the background, so that what is nothing is quiet.
std::string divergingMap(const DisplayOptions& display) {
    return display.dark ? "blue-orange-dark" : "blue-orange";
}

std::string roleText(const SiteRecord& site, std::size_t place) {
    if (place == site.score) return "score";
    if (place == site.weights) return "attention weight";
    if (place == site.attended) return "values";
    switch (site.values[place].role) {
        case ValueRole::Input:
            return "input";
        case ValueRole::Mask:
            return {};
        case ValueRole::Weight:
            return "trained weight";
        case ValueRole::Parameter:
            return "parameter";
        default:
            return "step";
    }
}

Tensor oneRow(std::span<const float> values) {
    return Tensor({1, static_cast<std::int64_t>(values.size())}, {values.begin(), values.end()});
}

Range unitedRange(std::span<const float> a, std::span<const float> b) {
    const Range first = figures::barRange(a);
    const Range second = figures::barRange(b);
    return {std::min(first.low, second.low), std::max(first.high, second.high)};
}

/// What all panels over time have in common.
PanelFigure overTime(const ViewState& state, const SiteRecord& site, const std::string& title) {
    PanelFigure figure;
    figure.title = site.name + ": " + title;
    figure.subtitle = siteSubtitle(state, site);
    const Sequence* sequence = state.whatIf->sequenceFor(site);
    const bool isText = sequence != nullptr && !sequence->tokens.empty();
    if (isText) figure.columnLabels = timestepLabels(sequence, site.perTimestep.size());
    figure.columnAxis = isText ? "token" : "timestep";
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) figure.columnMasked.push_back(site.masked(t));
    return figure;
}

void colorStage(Panel& panel, const SiteRecord& site, bool isWeights, const DisplayOptions& display) {
    const auto values = panel.matrix.data();
    if (isWeights) {
        panel.hatched = true;
        panel.range = chosenRange(site, values, display).range;
        panel.colorMap = display.colorMap;
        return;
    }
    const Range range = autoRange(values);
    const bool isSigned = range.low < 0.0F;
    panel.range = isSigned ? symmetricRange(values) : range;
    panel.colorMap = isSigned ? divergingMap(display) : display.colorMap;
}

Panel weightsPanel(const SiteRecord& site, const std::string& whose) {
    Panel panel;
    const RecordedValue& weights = site.weightsValue();
    panel.name = weights.name;
    panel.caption = whose;
    if (weights.axes.size() == 1 && !site.isMean) {
        panel.valueName = weights.graphName;
    } else {
        panel.caption += ", mean";
    }
    panel.matrix = oneRow(site.perTimestep);
    return panel;
}

Panel maskPanel(const SiteRecord& site, const std::string& whose) {
    Panel panel;
    const RecordedValue& mask = site.values[*site.mask];
    panel.name = mask.name;
    panel.caption = whose;
    panel.valueName = mask.graphName;
    panel.kind = PanelKind::Mask;
    std::vector<float> bits(mask.tensor->data().begin(), mask.tensor->data().end());
    if (bits.size() != site.perTimestep.size()) {  // a mask for each timestep outside: masked where all of them are
        bits.resize(site.perTimestep.size());
        for (std::size_t t = 0; t < bits.size(); ++t) bits[t] = site.masked(t) ? 0.0F : 1.0F;
    }
    panel.matrix = oneRow(bits);
    panel.range = {0.0F, 1.0F};
    return panel;
}

std::string number(double value) {
    return figures::compactNumber(value).toStdString();
}

std::string percent(double share) {
    return number(share * 100.0) + " %";
}

std::string withSign(double change) {
    return change > 0.0 ? "+" + number(change) : number(change);
}

void addFacts(PanelFigure& figure, const Comparison& comparison, bool edited) {
    constexpr std::size_t mostPredictions = 4;
    const std::string arrow = " → ";
    if (comparison.paddingBefore) {
        figure.facts.push_back({"weight on padding", percent(*comparison.paddingBefore)});
        if (edited && comparison.paddingAfter) figure.facts.back().value += arrow + percent(*comparison.paddingAfter);
    }
    if (!edited) return;
    figure.facts.push_back({"weight moved", percent(comparison.weightMoved)});
    figure.facts.push_back({"change of the output vector", "‖Δ‖ = " + number(comparison.outputChange)});
    if (comparison.outputBefore > 0.0)
        figure.facts.back().value +=
            ", " + percent(comparison.outputChange / comparison.outputBefore) + " of its length";
    for (std::size_t i = 0; i < std::min(comparison.predictions.size(), mostPredictions); ++i) {
        const UnitChange& unit = comparison.predictions[i];
        figure.facts.push_back({"prediction " + unit.output + "[" + std::to_string(unit.unit) + "]",
                                number(unit.before) + arrow + number(unit.after) + "   Δ " +
                                    withSign(static_cast<double>(unit.after) - static_cast<double>(unit.before))});
    }
}

std::vector<std::size_t> orderedUnits(std::span<const float> values, UnitOrder order) {
    std::vector<std::size_t> units(values.size());
    std::iota(units.begin(), units.end(), std::size_t{0});
    if (order == UnitOrder::Index) return units;
    const auto magnitude = [&](std::size_t unit) { return std::isnan(values[unit]) ? -1.0F : std::abs(values[unit]); };
    std::ranges::stable_sort(units, [&](std::size_t a, std::size_t b) { return magnitude(a) > magnitude(b); });
    return units;
}

std::vector<float> taken(std::span<const float> values, const std::vector<std::size_t>& places) {
    std::vector<float> result;
    for (const std::size_t place : places) result.push_back(values[place]);
    return result;
}

Panel contributionsPanel(const ViewState& state, const SiteRecord& site, const Tensor& contributed,
                         const std::vector<std::size_t>& units) {
    const auto timesteps = static_cast<std::size_t>(contributed.dim(0));
    Panel panel;
    panel.name = site.weightsValue().name + "·" + site.attendedValue().name;
    panel.caption = "contribution";
    panel.kind = PanelKind::Map;
    panel.matrix = Tensor(contributed.shape());
    for (std::size_t t = 0; t < timesteps; ++t) {
        for (std::size_t column = 0; column < units.size(); ++column)
            panel.matrix[t * units.size() + column] = contributed[t * units.size() + units[column]];
    }
    panel.range = symmetricRange(panel.matrix.data());
    panel.colorMap = divergingMap(state.display);
    panel.rowLabels = timestepLabels(state.whatIf->sequenceFor(site), timesteps);
    panel.height = 3;
    return panel;
}

}  // namespace

PanelFigure stagesFigure(const ViewState& state, const SiteRecord& site) {
    PanelFigure figure = overTime(state, site, "stages");
    const SiteRecord* model = state.whatIf != state.model ? state.modelSite() : nullptr;
    for (std::size_t place = 0; place < site.values.size(); ++place) {
        const RecordedValue& value = site.values[place];
        std::optional<TimeMatrix> over = timeMatrix(value, site.timeAxis);
        if (!over || over->matrix.dim(1) != static_cast<std::int64_t>(site.perTimestep.size())) continue;
        Panel panel;
        panel.name = value.name;
        panel.caption = roleText(site, place);
        panel.valueName = value.graphName;
        panel.matrix = std::move(over->matrix);
        if (!over->rowAxis.empty()) {
            panel.kind = PanelKind::Map;
            panel.height = 1.5;
            colorStage(panel, site, place == site.weights, state.display);
        } else if (value.role == ValueRole::Mask) {
            panel.kind = PanelKind::Mask;
            panel.range = {0.0F, 1.0F};
        } else {
            panel.range = figures::barRange(panel.matrix.data());
            const RecordedValue* before = model != nullptr ? model->find(value.name) : nullptr;
            // What the edits did not reach stays plain.
            if (before != nullptr && before->tensor.shape() == value.tensor.shape() &&
                !std::ranges::equal(before->tensor->data(), value.tensor->data())) {
                panel.reference.assign(before->tensor->data().begin(), before->tensor->data().end());
                panel.range = unitedRange(panel.matrix.data(), panel.reference);
            }
        }
        figure.panels.push_back(std::move(panel));
    }
    return figure;
}

PanelFigure maskFigure(const ViewState& state, const SiteRecord& site) {
    PanelFigure figure = overTime(state, site, "mask");
    // An edited formula may weigh along another axis: then there is nothing to hold it against.
    const SiteRecord* own = state.modelSite();
    const bool comparable = own != nullptr && own->perTimestep.size() == site.perTimestep.size();
    const SiteRecord& model = comparable ? *own : site;
    const bool edited = comparable && state.whatIf != state.model;
    Panel before = weightsPanel(model, "model");
    Panel after = weightsPanel(site, "what-if");
    Panel change = weightsPanel(site, "change");
    before.range = after.range = unitedRange(before.matrix.data(), after.matrix.data());
    change.name = "Δ" + change.name;
    change.valueName.clear();
    if (before.matrix.shape() == change.matrix.shape()) {
        for (std::size_t t = 0; t < change.matrix.size(); ++t) change.matrix[t] -= before.matrix[t];
    }
    change.range = edited ? symmetricRange(change.matrix.data()) : Range{0.0F, 0.0F};
    change.colorMap = divergingMap(state.display);
    if (edited) after.reference.assign(before.matrix.data().begin(), before.matrix.data().end());
    if (model.mask) figure.panels.push_back(maskPanel(model, "model"));
    figure.panels.push_back(std::move(before));
    if (site.mask) figure.panels.push_back(maskPanel(site, "what-if"));
    figure.panels.push_back(std::move(after));
    figure.panels.push_back(std::move(change));
    if (const auto comparison = compareRecords(*state.model, *state.whatIf, site.name))
        addFacts(figure, *comparison, edited);
    if (site.maskIsWhatIf) figure.note = site.className + " has no mask of its own: masking it is a what-if.";
    return figure;
}

OutputPanels outputPanels(const ViewState& state, const SiteRecord& site, UnitOrder order) {
    OutputPanels result;
    const auto values = site.outputValue().tensor->data();
    result.units = orderedUnits(values, order);
    PanelFigure& figure = result.figure;
    figure.title = site.name + ": output vector";
    figure.subtitle = siteSubtitle(state, site);
    figure.columnAxis = "unit";
    if (order != UnitOrder::Index) {
        for (const std::size_t unit : result.units) figure.columnLabels.push_back(std::to_string(unit));
    }
    Panel bars;
    bars.name = site.outputValue().name;
    bars.caption = "output";
    bars.valueName = site.outputValue().graphName;
    bars.matrix = oneRow(taken(values, result.units));
    bars.range = figures::barRange(bars.matrix.data());
    const SiteRecord* model = state.whatIf != state.model ? state.modelSite() : nullptr;
    if (model != nullptr && model->outputValue().tensor->size() == values.size()) {
        bars.reference = taken(model->outputValue().tensor->data(), result.units);
        bars.range = unitedRange(bars.matrix.data(), bars.reference);
    }
    figure.panels.push_back(std::move(bars));
    const Tensor contributed = contributions(site);
    if (contributed.rank() == 2 && static_cast<std::size_t>(contributed.dim(1)) == values.size()) {
        figure.panels.push_back(contributionsPanel(state, site, contributed, result.units));
    } else {
        result.whyNoContributions = "What each timestep contributed cannot be told: " + site.weightsValue().name +
                                    " and " + site.attendedValue().name + " do not line up unit by unit.";
    }
    return result;
}

}  // namespace attnscope
