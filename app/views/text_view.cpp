#include "views/text_view.h"

#include "figure/site_figures.h"
#include "views/color_bar.h"
#include "views/empty_note.h"
#include "views/text_canvas.h"

#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace attnscope {

TextView::TextView(QWidget* parent) : PagedView(parent) {
    m_canvas = new TextCanvas;
    m_scroll = new QScrollArea;
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(m_canvas);
    m_scroll->setFocusProxy(m_canvas);
    m_colorBar = new ColorBar;
    page().addWidget(m_scroll, 1);
    page().addWidget(m_colorBar);
    setFocusProxy(m_canvas);
    connect(m_colorBar, &ColorBar::displayRequested, this, &View::displayRequested);
    connect(m_canvas, &TextCanvas::maskRequested, this, &View::maskRequested);
    connect(m_canvas, &TextCanvas::weightPointedAt, this, [this](const QString&, const auto& index) {
        const SiteRecord* site = m_state.whatIfSite();
        if (site != nullptr) pointAtElement(site->weightsValue(), index);
    });
    connect(m_canvas, &TextCanvas::queryRequested, this, [this](const std::optional<std::int64_t>& timestep) {
        const SiteRecord* site = whole().whatIfSite();
        if (site == nullptr) return;
        SiteSlice slice = whole().display.slice;
        slice.erase(site->queryAxis);
        if (timestep) slice[site->queryAxis] = *timestep;
        requestSlice(slice);
    });
    connect(m_canvas, &TextCanvas::cursorMoved, this, [this](const QRect& place) {
        m_scroll->ensureVisible(place.center().x(), place.center().y(), 0, place.height() * 2);
    });
    setState({});
}

void TextView::setState(const ViewState& whole) {
    const ViewState state = chosenPart(SiteView::Text, whole);
    m_state = state;
    if (const QString why = whyNoSite(state); !why.isEmpty()) return showNote(why);
    Result<Figure> figure = siteFigure(SiteView::Text, state);
    if (!figure)
        return showNote(tr("This sequence is numbers, not a text. The heatmap shows what the attention looked at."));
    auto& text = std::get<TextFigure>(*figure);
    m_colorBar->setScale(QString::fromStdString(text.valueLabel), {text.range, text.rangeNote}, state.display,
                         state.whatIfSite()->attainable.has_value());
    m_canvas->setText(std::move(text), state);
    const SiteRecord& site = *whole.whatIfSite();
    const auto axes = sliceAxes(site);
    const auto query = std::ranges::find(axes, SliceKind::Query, &SliceAxis::kind);
    const Sequence* queries = whole.whatIf->querySequenceFor(site);
    const bool areQueries = query != axes.end() && queries != nullptr && queries == whole.whatIf->sequenceFor(site);
    m_canvas->setQueries(areQueries, areQueries ? chosenPlace(*query, whole.display.slice) : std::nullopt);
    showPage();
}

}  // namespace attnscope
