#include "views/stages_view.h"

#include "figure/panel_figures.h"
#include "views/empty_note.h"
#include "views/panel_canvas.h"

#include <QVBoxLayout>

#include <algorithm>

namespace attnscope {

StagesView::StagesView(QWidget* parent) : PagedView(parent) {
    m_canvas = new PanelCanvas;
    m_canvas->setAccessibleName(tr("Stages"));
    m_readOut = new ReadOut(tr(
        "Wheel zooms, drag pans, double click shows all. Click a row to inspect that value, click a label to mask."));
    page().addWidget(m_canvas, 1);
    page().addWidget(m_readOut);
    setFocusProxy(m_canvas);
    connect(m_canvas, &PanelCanvas::maskRequested, this, &View::maskRequested);
    connect(m_canvas, &PanelCanvas::pointedAtChanged, this, [this] { m_readOut->show(m_canvas->readOut()); });
    connect(m_canvas, &PanelCanvas::clicked, this, &StagesView::pointAtClicked);
    setState({});
}

void StagesView::setState(const ViewState& whole) {
    const ViewState state = chosenPart(SiteView::Stages, whole);
    m_state = state;
    if (const QString why = whyNoSite(state); !why.isEmpty()) return showNote(why);
    PanelFigure figure = stagesFigure(state, *state.whatIfSite());
    if (figure.panels.empty()) return showNote(tr("No value of this layer's formula runs over time."));
    m_canvas->setPanels(std::move(figure), true, styleFor(state.display));
    showPage();
}

void StagesView::markValue(const std::string& valueName) {
    m_canvas->markValue(valueName);
}

void StagesView::pointAtClicked() {
    const auto pointed = m_canvas->pointedPlace();
    const SiteRecord* site = m_state.whatIfSite();
    if (!pointed || site == nullptr) return;
    const std::string& name = m_canvas->figure().panels[pointed->panel].valueName;
    const auto value = std::ranges::find(site->values, name, &RecordedValue::graphName);
    if (value == site->values.end()) return;
    const Cell cell{static_cast<int>(pointed->column), static_cast<int>(pointed->row)};
    chooseElement(*value, elementIndex(*value, site->timeAxis, cell));
}

}  // namespace attnscope
