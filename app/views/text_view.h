#pragma once

#include "views/paged_view.h"

class QScrollArea;

namespace attnscope {

class ColorBar;
class TextCanvas;

/// The text as the person wrote it, each token on the colour of its weight. Clicking a token masks or unmasks it,
/// dragging does so over a range, and the chip of the padding stands for all of it; with the keyboard the arrows move,
/// Shift extends, Space toggles.
class TextView : public PagedView {
    Q_OBJECT
public:
    explicit TextView(QWidget* parent = nullptr);

    void setState(const ViewState& state) override;
    [[nodiscard]] TextCanvas& canvas() const { return *m_canvas; }

private:
    QScrollArea* m_scroll = nullptr;
    TextCanvas* m_canvas = nullptr;
    ColorBar* m_colorBar = nullptr;
    ViewState m_state;  ///< the part that is shown
};

}  // namespace attnscope
