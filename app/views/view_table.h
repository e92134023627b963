#pragma once

#include "figure/site_figures.h"
#include "views/view.h"

#include <QString>

#include <optional>
#include <span>

namespace attnscope {

/// A row of the table of views: a view is registered here and nowhere else. The order is that of the tabs and of the
/// shortcuts Ctrl+1, Ctrl+2, …
struct ViewRow {
    const char* id;     ///< stable, for settings: "heatmap"
    const char* title;  ///< on the tab: "Heatmap"
    View* (*make)(QWidget* parent);
    SiteView exported;  ///< what Export writes while this view is shown
};

[[nodiscard]] std::span<const ViewRow> viewTable();

}  // namespace attnscope
