#pragma once

#include "figure/view_state.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QHBoxLayout;
class QLabel;

namespace attnscope {

/// Where one chooses which head and which query a view shows, or their mean. Hidden where there is nothing to choose.
class SliceBar : public QWidget {
    Q_OBJECT
public:
    explicit SliceBar(QWidget* parent = nullptr);

    /// Offers the axes of the state's site; `shownWhole` is one that the view shows all of anyway.
    void setState(const ViewState& state, const std::string& shownWhole);

signals:
    /// The person chose a place along an axis.
    void sliceRequested(const attnscope::SiteSlice& slice);

private:
    struct Choice {
        SliceAxis axis;
        std::vector<std::string> places;
        bool operator==(const Choice&) const = default;
    };

    void rebuild();
    void choose(std::size_t choice, int row);

    std::vector<Choice> m_choices;
    std::vector<QComboBox*> m_boxes;
    QHBoxLayout* m_row = nullptr;
    SiteSlice m_slice;
};

}  // namespace attnscope
