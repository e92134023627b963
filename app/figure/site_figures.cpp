#include "figure/site_figures.h"

#include "figure/panel_figures.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace attnscope {
namespace {

constexpr std::array<std::pair<std::string_view, SiteView>, 5> viewNames{{
    {"text", SiteView::Text},
    {"heatmap", SiteView::Heatmap},
    {"stages", SiteView::Stages},
    {"output", SiteView::Output},
    {"mask", SiteView::Mask},
}};

/// What index letters stand for, as the axis of a figure says it.
std::string axisName(const std::string& index, const SiteRecord& site) {
    if (index == site.timeAxis) return "timestep";
    for (const SliceAxis& axis : sliceAxes(site))
        if (axis.letter == index) return sliceName(axis.kind);
    const RecordedValue& attended = site.attendedValue();
    if (attended.axes.size() == 2 && attended.axes[1] == index) return "feature";
    return index;
}

FoldedPadding foldedPadding(const Sequence& sequence, const SiteRecord& site) {
    FoldedPadding folded;
    folded.masked = true;
    for (std::size_t t = 0; t < sequence.tokens.size(); ++t) {
        if (sequence.tokens[t].state != TokenState::Padding) continue;
        ++folded.count;
        folded.mass += site.perTimestep[t];
        folded.beforeText = folded.beforeText || t == 0;
        folded.masked = folded.masked && site.masked(t);
    }
    return folded;
}

Result<Figure> textFigure(const ViewState& state, const SiteRecord& site) {
    const Sequence* sequence = state.whatIf->sequenceFor(site);
    if (sequence == nullptr || sequence->tokens.empty())
        return fail(ErrorCode::InvalidInput,
                    "site " + site.name + " looks at numbers, not at a text; show its heatmap");
    TextFigure figure;
    figure.title = site.name;
    figure.subtitle = siteSubtitle(state, site);
    figure.text = sequence->text;
    figure.colorMap = state.display.colorMap;
    figure.valueLabel = "attention weight";
    std::vector<float> shown;
    for (std::size_t t = 0; t < sequence->tokens.size(); ++t) {
        const Token& token = sequence->tokens[t];
        if (token.state == TokenState::Padding) continue;
        shown.push_back(site.perTimestep[t]);
        figure.pieces.push_back({token.start, token.end, site.perTimestep[t], site.masked(t),
                                 token.state == TokenState::Unknown, false, static_cast<std::int64_t>(t)});
    }
    for (const Token& token : sequence->unseen)
        figure.pieces.push_back({token.start, token.end, 0.0F, false, false, true, -1});
    std::ranges::sort(figure.pieces, {}, &TextPiece::start);
    if (const FoldedPadding folded = foldedPadding(*sequence, site); folded.count > 0) figure.padding = folded;
    const ChosenRange chosen = chosenRange(site, shown, state.display);
    figure.range = chosen.range;
    figure.rangeNote = chosen.note;
    return figure;
}

Error noMap(const SiteRecord& site) {
    return {ErrorCode::Unsupported,
            "site " + site.name + ": weights of shape " + site.weightsValue().tensor.shape().text() +
                " are no matrix over time",
            {}};
}

/// Everything about a heatmap but its cells and their range.
HeatmapFigure heatmapFrame(const ViewState& state, const SiteRecord& site, const std::string& rowAxis,
                           std::size_t timesteps) {
    const Sequence* sequence = state.whatIf->sequenceFor(site);
    HeatmapFigure figure;
    figure.title = site.name;
    figure.subtitle = siteSubtitle(state, site);
    const bool isText = sequence != nullptr && !sequence->tokens.empty();
    if (isText) figure.columnLabels = timestepLabels(sequence, timesteps);
    figure.columnAxis = isText ? "token" : "timestep";
    if (rowAxis.empty()) {
        figure.rowLabels = {site.weightsValue().name};
    } else {
        figure.rowAxis = axisName(rowAxis, site);
        const Sequence* queries = rowAxis == site.queryAxis ? state.whatIf->querySequenceFor(site) : nullptr;
        if (queries != nullptr && !queries->tokens.empty())
            figure.rowLabels = timestepLabels(queries, queries->tokens.size());
    }
    figure.valueLabel = "attention weight";
    figure.colorMap = state.display.colorMap;
    for (std::size_t t = 0; t < timesteps; ++t) figure.columnMasked.push_back(site.masked(t));
    if (sequence != nullptr && !sequence->annotation.empty()) {
        figure.annotation = sequence->annotation;
        figure.annotationLabel = sequence->annotationName;
    }
    return figure;
}

void setRange(HeatmapFigure& figure, ChosenRange chosen) {
    figure.range = chosen.range;
    figure.rangeNote = std::move(chosen.note);
}

Result<Figure> heatmapFigure(const ViewState& state, const SiteRecord& site) {
    ATTN_TRY(TimeMatrix weights, weightMatrix(site));
    const auto timesteps = static_cast<std::size_t>(weights.matrix.dim(1));
    HeatmapFigure figure = heatmapFrame(state, site, weights.rowAxis, timesteps);
    setRange(figure, chosenRange(site, weights.matrix.data(), state.display));
    figure.matrix = std::move(weights.matrix);
    return figure;
}

std::vector<float> flat(const Tensor& tensor) {
    return {tensor.data().begin(), tensor.data().end()};
}

Result<Figure> outputFigure(const ViewState& state, const SiteRecord& site) {
    BarFigure figure;
    figure.title = site.name + ": output vector";
    figure.subtitle = siteSubtitle(state, site);
    figure.labelAxis = "unit";
    figure.valueLabel = site.outputValue().name;
    if (const SiteRecord* model = state.modelSite(); model != nullptr && state.whatIf != state.model) {
        figure.series.push_back({"model", flat(*model->outputValue().tensor)});
        figure.series.push_back({"what-if", flat(*site.outputValue().tensor)});
    } else {
        figure.series.push_back({"model", flat(*site.outputValue().tensor)});
    }
    return figure;
}

}  // namespace

std::string siteSubtitle(const ViewState& state, const SiteRecord& site) {
    std::string subtitle = state.modelName;
    if (!subtitle.empty()) subtitle += " · ";
    subtitle += site.className;
    if (!site.sliceText.empty()) subtitle += " · " + site.sliceText;
    if (state.whatIf != state.model) subtitle += " · what-if";
    return subtitle;
}

Result<SiteView> siteViewNamed(std::string_view name) {
    const auto found = std::ranges::find(viewNames, name, &std::pair<std::string_view, SiteView>::first);
    if (found != viewNames.end()) return found->second;
    return fail(ErrorCode::InvalidInput,
                "there is no view '" + std::string(name) + "'; there is text, heatmap, stages, output and mask");
}

ChosenRange chosenRange(const SiteRecord& site, std::span<const float> values, const DisplayOptions& display) {
    if (display.range == RangeMode::Fixed) return {{display.fixedLow, display.fixedHigh}, "fixed range"};
    if (display.range == RangeMode::Attainable && site.attainable)
        return {attainableRange(site.attainable->low, site.attainable->high, values), "attainable range"};
    return {autoRange(values), "range of the weights shown"};
}

Result<DeviceHeatmap> deviceHeatmap(const ViewState& state, const SiteRecord& site) {
    const RecordedValue& weights = site.weightsValue();
    std::optional<MapLayout> layout = mapLayout(weights, site.timeAxis);
    if (!layout) return fail(noMap(site));
    HeatmapFigure figure = heatmapFrame(state, site, layout->rowAxis, static_cast<std::size_t>(layout->columns));
    // The two ends tell any range, as long as every number is finite; else all of them have to be looked at.
    if (weights.extremes) {
        const std::array ends{weights.extremes->smallest, weights.extremes->largest};
        setRange(figure, chosenRange(site, ends, state.display));
    } else {
        setRange(figure, chosenRange(site, weights.tensor->data(), state.display));
    }
    MapRequest map{weights.tensor, *std::move(layout), figure.range, figure.colorMap, {{1, 1}, {1.0F, 1.0F}}};
    return DeviceHeatmap{std::move(figure), std::move(map)};
}

std::optional<TimeMatrix> timeMatrix(const RecordedValue& value, const std::string& timeAxis) {
    std::optional<MapLayout> layout = mapLayout(value, timeAxis);
    if (!layout) return std::nullopt;
    return TimeMatrix{mapMatrix(*value.tensor, *layout), std::move(layout->rowAxis)};
}

Result<TimeMatrix> weightMatrix(const SiteRecord& site) {
    if (auto matrix = timeMatrix(site.weightsValue(), site.timeAxis)) return *std::move(matrix);
    return fail(noMap(site));
}

bool needsNumbers(SiteView view, const ViewState& state) {
    if (view == SiteView::Stages || view == SiteView::Output) return true;
    const SiteRecord* site = state.whatIfSite();
    if (site == nullptr) return false;
    // A slice is taken, and a mean made, of the numbers. A map keeps the axis of its rows.
    const std::string rows = view == SiteView::Heatmap ? rowAxis(*site) : std::string();
    return std::ranges::any_of(lostAxes(*site), [&](const SliceAxis& axis) { return axis.letter != rows; });
}

std::vector<std::string> timestepLabels(const Sequence* sequence, std::size_t timesteps) {
    std::vector<std::string> labels;
    for (std::size_t t = 0; t < timesteps; ++t) {
        const bool hasToken = sequence != nullptr && t < sequence->tokens.size();
        if (!hasToken) {
            labels.push_back(std::to_string(t));
        } else if (sequence->tokens[t].state == TokenState::Padding) {
            labels.emplace_back("·");
        } else {
            labels.push_back(sequence->tokens[t].text);
        }
    }
    return labels;
}

ViewState shownState(SiteView view, const ViewState& state) {
    const auto part = [&](const RecordPtr& record) {
        return view == SiteView::Heatmap ? slicedForMap(record, state.site, state.display.slice)
                                         : sliced(record, state.site, state.display.slice);
    };
    ViewState shown = state;
    shown.whatIf = part(state.whatIf);
    shown.model = state.model == state.whatIf ? shown.whatIf : part(state.model);
    return shown;
}

Result<Figure> siteFigure(SiteView view, const ViewState& whole) {
    const ViewState state = shownState(view, whole);
    const SiteRecord* site = state.whatIfSite();
    if (site == nullptr) return fail(ErrorCode::NotFound, "there is no attention site to show");
    switch (view) {
        case SiteView::Text:
            return textFigure(state, *site);
        case SiteView::Heatmap:
            return heatmapFigure(state, *site);
        case SiteView::Stages:
            return stagesFigure(state, *site);
        case SiteView::Output:
            return outputFigure(state, *site);
        case SiteView::Mask:
            return maskFigure(state, *site);
    }
    return fail(ErrorCode::NotFound, "there is no such view");
}

}  // namespace attnscope
