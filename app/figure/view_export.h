#pragma once

#include "base/result.h"
#include "figure/site_figures.h"
#include "figure/view_state.h"

#include <string>

namespace attnscope {

/// Writes what a view shows to a file, whose suffix says how: a figure (.png, .svg, .pdf) or the numbers behind it
/// (.csv, .npy, .json). Written as a whole or not at all. `scale` enlarges the pixels of a .png; `modelPath` goes into
/// the .json. Errors: siteFigure's, an unknown suffix, what the file system refuses.
[[nodiscard]] Status exportView(SiteView view, const ViewState& state, const std::string& modelPath,
                                const std::string& path, double scale = 2.0);

/// The numbers behind a view as a table: for text and heatmap one row per timestep, or one per row of the weights; for
/// stages and mask one row per timestep; for the output one row per unit.
[[nodiscard]] Result<std::string> viewCsv(SiteView view, const ViewState& state);

}  // namespace attnscope
