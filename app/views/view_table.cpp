#include "views/view_table.h"

#include "views/heatmap_view.h"
#include "views/text_view.h"

#include <QtGlobal>

#include <array>

namespace attnscope {
namespace {

template <typename T>
View* make(QWidget* parent) {
    return new T(parent);
}

constexpr std::array rows{
    ViewRow{"text", QT_TRANSLATE_NOOP("attnscope::ViewTable", "Text"), &make<TextView>, SiteView::Text},
    ViewRow{"heatmap", QT_TRANSLATE_NOOP("attnscope::ViewTable", "Heatmap"), &make<HeatmapView>, SiteView::Heatmap},
};

}  // namespace

std::span<const ViewRow> viewTable() {
    return rows;
}

}  // namespace attnscope
