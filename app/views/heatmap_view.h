#pragma once

#include "figure/figure.h"
#include "views/paged_view.h"

#include <optional>

namespace attnscope {

class ColorBar;
class HeatmapCanvas;

/// The weights as a map: time × text for one weight per timestep, feature × time for one per feature. Zooms, pans,
/// reads out; numeric sequences stand above it on the same time axis.
class HeatmapView : public PagedView {
    Q_OBJECT
public:
    explicit HeatmapView(QWidget* parent = nullptr);

    void setState(const ViewState& state) override;
    void showPicture(const MapPicture& picture) override;
    [[nodiscard]] HeatmapCanvas& canvas() const { return *m_canvas; }

private:
    void setDeviceMap(const ViewState& state, const SiteRecord& site);
    void setMap(HeatmapFigure map, std::optional<MapRequest> onDevice, const SiteRecord& site);
    void pointAtWeight();
    void chooseWeight();

    HeatmapCanvas* m_canvas = nullptr;
    ReadOut* m_readOut = nullptr;
    ColorBar* m_colorBar = nullptr;
    ViewState m_state;
};

}  // namespace attnscope
