#pragma once

#include "views/paged_view.h"

namespace attnscope {

class PanelCanvas;

/// Every named value of the formula that runs over time, one under the other on the same timesteps: raw score, tanh,
/// exp, mask, weight. Clicking on one points at that element of it.
class StagesView : public PagedView {
    Q_OBJECT
public:
    explicit StagesView(QWidget* parent = nullptr);

    void setState(const ViewState& state) override;
    void markValue(const std::string& valueName) override;
    [[nodiscard]] PanelCanvas& canvas() const { return *m_canvas; }

private:
    void pointAtClicked();

    PanelCanvas* m_canvas = nullptr;
    ReadOut* m_readOut = nullptr;
    ViewState m_state;
};

}  // namespace attnscope
