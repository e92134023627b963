#pragma once

#include "figure/panel_figures.h"
#include "views/paged_view.h"

class QComboBox;

namespace attnscope {

class PanelCanvas;

/// The output vector as signed bars and, under each unit, how much every timestep put into it: a column of the map adds
/// up to the bar above it.
class OutputView : public PagedView {
    Q_OBJECT
public:
    explicit OutputView(QWidget* parent = nullptr);

    void setState(const ViewState& state) override;
    [[nodiscard]] PanelCanvas& canvas() const { return *m_canvas; }
    /// What stands under the crosshair: unit, value, the model's, timestep and contribution.
    [[nodiscard]] QString readOut() const;

private:
    void showPanels();
    void pointAtUnit();

    QComboBox* m_order = nullptr;
    QLabel* m_why = nullptr;
    PanelCanvas* m_canvas = nullptr;
    ReadOut* m_readOut = nullptr;
    ViewState m_state;
    std::vector<std::size_t> m_units;
};

}  // namespace attnscope
