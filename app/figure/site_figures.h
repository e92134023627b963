#pragma once

#include "base/result.h"
#include "figure/device_map.h"
#include "figure/figure.h"
#include "figure/view_state.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// What can be shown of a site and exported.
enum class SiteView {
    Text,     ///< the text, each token on the colour of its weight
    Heatmap,  ///< the weights: time × text, or feature × time
    Stages,   ///< every value of the formula that runs over time
    Output,   ///< the output vector, as the model has it and with the edits
    Mask,     ///< mask and weights, as the model has them and with the edits, and what that changes
};

/// `text`, `heatmap`, `stages`, `output`, `mask`; an error of code InvalidInput lists them.
[[nodiscard]] Result<SiteView> siteViewNamed(std::string_view name);

/// What a view shows of a state: of a site with heads and queries the slice that is chosen, and for the heatmap all
/// queries of it.
[[nodiscard]] ViewState shownState(SiteView view, const ViewState& state);

/// The colours' range for these values of a site, as the display options ask; `note` says how it was chosen.
struct ChosenRange {
    Range range;
    std::string note;
};
[[nodiscard]] ChosenRange chosenRange(const SiteRecord& site, std::span<const float> values,
                                      const DisplayOptions& display);

/// A value with time from left to right, [rows, time]: a single row for one number per timestep.
struct TimeMatrix {
    Tensor matrix;
    std::string rowAxis;  ///< index letter of the rows; empty for a single row
};
/// Nothing for a value without the time axis or with more than two axes.
[[nodiscard]] std::optional<TimeMatrix> timeMatrix(const RecordedValue& value, const std::string& timeAxis);
/// The weights so; an error of code Unsupported for weights that are no matrix.
[[nodiscard]] Result<TimeMatrix> weightMatrix(const SiteRecord& site);

/// The heatmap of weights that were left on a device: the figure without its cells, and what to ask for to have them
/// painted.
struct DeviceHeatmap {
    HeatmapFigure figure;
    MapRequest map;
};
/// Errors: weightMatrix's.
[[nodiscard]] Result<DeviceHeatmap> deviceHeatmap(const ViewState& state, const SiteRecord& site);

/// Whether a view shows more than a device can paint and sum up: every number of the site, or a slice of its weights.
[[nodiscard]] bool needsNumbers(SiteView view, const ViewState& state);

/// What a timestep is called: its token, or its number.
[[nodiscard]] std::vector<std::string> timestepLabels(const Sequence* sequence, std::size_t timesteps);

/// The line under the title of a site's figures: the model, the layer's class, whether it is edited.
[[nodiscard]] std::string siteSubtitle(const ViewState& state, const SiteRecord& site);

/// The chosen site of a state as a figure (the what-if, where there are edits). Errors: no such site, a text asked for
/// where there is none.
[[nodiscard]] Result<Figure> siteFigure(SiteView view, const ViewState& state);

}  // namespace attnscope
