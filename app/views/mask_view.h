#pragma once

#include "views/paged_view.h"

class QGridLayout;

namespace attnscope {

class PanelCanvas;

/// Mask and weights as the model has them and with the edits, aligned over time, and in numbers what the edits changed:
/// weight on padding, weight moved, output vector, prediction.
class MaskView : public PagedView {
    Q_OBJECT
public:
    explicit MaskView(QWidget* parent = nullptr);

    void setState(const ViewState& state) override;
    [[nodiscard]] PanelCanvas& canvas() const { return *m_canvas; }

private:
    void showFacts(const std::vector<std::pair<QString, QString>>& facts);

    PanelCanvas* m_canvas = nullptr;
    ReadOut* m_readOut = nullptr;
    QLabel* m_note = nullptr;
    QGridLayout* m_facts = nullptr;
    ViewState m_state;
};

}  // namespace attnscope
