#pragma once

#include "figure/figure.h"
#include "figure/view_state.h"

#include <cstddef>
#include <string>
#include <vector>

namespace attnscope {

/// Every named value of the site that runs over time, in the formula's order: one number per timestep as bars, several
/// as a map. With edits, the model's own values stand behind the bars.
[[nodiscard]] PanelFigure stagesFigure(const ViewState& state, const SiteRecord& site);

/// Mask and weights as the model has them and with the edits, what changed, and what that did to the output and the
/// prediction.
[[nodiscard]] PanelFigure maskFigure(const ViewState& state, const SiteRecord& site);

/// How the units of an output vector are put in a row.
enum class UnitOrder {
    Index,
    Magnitude,  ///< the largest |value| first
};

/// The output vector as bars and, under each unit, what every timestep put into it.
struct OutputPanels {
    PanelFigure figure;
    std::vector<std::size_t> units;  ///< which unit each column shows
    std::string whyNoContributions;  ///< a sentence where the second panel is missing
};
[[nodiscard]] OutputPanels outputPanels(const ViewState& state, const SiteRecord& site, UnitOrder order);

}  // namespace attnscope
