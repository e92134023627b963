#pragma once

#include "figure/figure_style.h"
#include "figure/site_figures.h"
#include "heatmap/viewport.h"
#include "views/view.h"

#include <QLabel>

#include <optional>

class QStackedWidget;
class QVBoxLayout;

namespace attnscope {

class EmptyNote;
class SliceBar;

/// A view that shows either its page or, in the middle, why there is nothing to see.
class PagedView : public View {
    Q_OBJECT
public:
    explicit PagedView(QWidget* parent = nullptr);
    ~PagedView() override;

protected:
    /// What the page holds, from top to bottom.
    [[nodiscard]] QVBoxLayout& page() const { return *m_page; }
    void showPage();
    void showNote(const QString& why);
    /// What the view shows of this state: the head and the query that the bar above the page has chosen.
    [[nodiscard]] ViewState chosenPart(SiteView view, const ViewState& whole);
    /// Asks for another part.
    void requestSlice(const SiteSlice& slice);
    /// Says that an element of a value is pointed at, by its place in the part that is shown; a mean has no element.
    void pointAtElement(const RecordedValue& part, const std::vector<std::int64_t>& index);
    /// The same, and that it is chosen, to be set by hand.
    void chooseElement(const RecordedValue& part, const std::vector<std::int64_t>& index);
    [[nodiscard]] const ViewState& whole() const { return m_whole; }

private:
    [[nodiscard]] std::optional<std::vector<std::int64_t>> placeInWhole(const RecordedValue& part,
                                                                        const std::vector<std::int64_t>& index) const;

    SliceBar* m_slices = nullptr;
    ViewState m_whole;
    QStackedWidget* m_stack = nullptr;
    QVBoxLayout* m_page = nullptr;
    EmptyNote* m_note = nullptr;
};

/// One line of exact numbers under a canvas; while there are none, what can be done.
class ReadOut : public QLabel {
    Q_OBJECT
public:
    explicit ReadOut(const QString& hint, QWidget* parent = nullptr);

    void show(const QString& numbers);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_hint;
};

/// The style of figures that goes with the chosen theme.
[[nodiscard]] FigureStyle styleFor(const DisplayOptions& display);

/// Where a cell with time from left to right is in a value's own axes.
[[nodiscard]] std::vector<std::int64_t> elementIndex(const RecordedValue& value, const std::string& timeAxis,
                                                     const Cell& cell);

}  // namespace attnscope
