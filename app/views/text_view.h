#pragma once

#include "views/view.h"

class QScrollArea;
class QStackedWidget;

namespace attnscope {

class ColorBar;
class EmptyNote;
class TextCanvas;

/// The text as the person wrote it, each token on the colour of its weight. Clicking a token masks or unmasks it,
/// dragging does so over a range; with the keyboard the arrows move, Shift extends, Space toggles.
class TextView : public View {
    Q_OBJECT
public:
    explicit TextView(QWidget* parent = nullptr);

    void setState(const ViewState& state) override;
    [[nodiscard]] TextCanvas& canvas() const { return *m_canvas; }

private:
    QStackedWidget* m_pages = nullptr;
    QScrollArea* m_scroll = nullptr;
    TextCanvas* m_canvas = nullptr;
    ColorBar* m_colorBar = nullptr;
    EmptyNote* m_empty = nullptr;
};

}  // namespace attnscope
