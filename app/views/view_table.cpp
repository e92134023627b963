#include "views/view_table.h"

#include "views/heatmap_view.h"
#include "views/mask_view.h"
#include "views/output_view.h"
#include "views/stages_view.h"
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
    ViewRow{"stages", QT_TRANSLATE_NOOP("attnscope::ViewTable", "Stages"), &make<StagesView>, SiteView::Stages},
    ViewRow{"output", QT_TRANSLATE_NOOP("attnscope::ViewTable", "Output"), &make<OutputView>, SiteView::Output},
    ViewRow{"mask", QT_TRANSLATE_NOOP("attnscope::ViewTable", "Mask"), &make<MaskView>, SiteView::Mask},
};

}  // namespace

std::span<const ViewRow> viewTable() {
    return rows;
}

}  // namespace attnscope
