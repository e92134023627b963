#pragma once

#include "views/view.h"

class QLabel;
class QStackedWidget;

namespace attnscope {

class ColorBar;
class EmptyNote;
class HeatmapCanvas;

/// The weights as a map: time × text for one weight per timestep, feature × time for one per feature. Zooms, pans, reads
/// out; numeric sequences stand above it on the same time axis.
class HeatmapView : public View {
    Q_OBJECT
public:
    explicit HeatmapView(QWidget* parent = nullptr);

    void setState(const ViewState& state) override;
    [[nodiscard]] HeatmapCanvas& canvas() const { return *m_canvas; }
    [[nodiscard]] QString readOut() const;

private:
    QStackedWidget* m_pages = nullptr;
    HeatmapCanvas* m_canvas = nullptr;
    QLabel* m_readOut = nullptr;
    ColorBar* m_colorBar = nullptr;
    EmptyNote* m_empty = nullptr;
};

}  // namespace attnscope
