#include "views/heatmap_view.h"

#include "figure/site_figures.h"
#include "views/color_bar.h"
#include "views/empty_note.h"
#include "views/heatmap_canvas.h"

#include <QVBoxLayout>

namespace attnscope {

HeatmapView::HeatmapView(QWidget* parent) : PagedView(parent) {
    m_canvas = new HeatmapCanvas;
    m_readOut =
        new ReadOut(tr("Wheel zooms, drag pans, double click shows all. Click or drag over the labels to mask."));
    m_colorBar = new ColorBar;
    page().addWidget(m_canvas, 1);
    page().addWidget(m_readOut);
    page().addWidget(m_colorBar);
    setFocusProxy(m_canvas);
    connect(m_colorBar, &ColorBar::displayRequested, this, &View::displayRequested);
    connect(m_canvas, &HeatmapCanvas::maskRequested, this, &View::maskRequested);
    connect(m_canvas, &HeatmapCanvas::pointedAtChanged, this, &HeatmapView::pointAtWeight);
    connect(m_canvas, &HeatmapCanvas::clicked, this, &HeatmapView::chooseWeight);
    connect(m_canvas, &HeatmapCanvas::pictureWanted, this, &View::pictureWanted);
    setState({});
}

void HeatmapView::setState(const ViewState& whole) {
    const ViewState state = chosenPart(SiteView::Heatmap, whole);
    m_state = state;
    if (const QString why = whyNoSite(state); !why.isEmpty()) return showNote(why);
    const SiteRecord& site = *state.whatIfSite();
    // Where the weights were left on a device, they are painted there.
    if (site.weightsValue().tensor.stored() != nullptr) return setDeviceMap(state, site);
    Result<Figure> figure = siteFigure(SiteView::Heatmap, state);
    if (!figure) return showNote(QString::fromStdString(figure.error().text()));
    setMap(std::get<HeatmapFigure>(*std::move(figure)), {}, site);
}

void HeatmapView::setDeviceMap(const ViewState& state, const SiteRecord& site) {
    Result<DeviceHeatmap> heatmap = deviceHeatmap(state, site);
    if (!heatmap) return showNote(QString::fromStdString(heatmap.error().text()));
    setMap(std::move(heatmap->figure), std::move(heatmap->map), site);
}

void HeatmapView::setMap(HeatmapFigure map, std::optional<MapRequest> onDevice, const SiteRecord& site) {
    m_colorBar->setScale(QString::fromStdString(map.valueLabel), {map.range, map.rangeNote}, m_state.display,
                         site.attainable.has_value());
    HeatmapContext context{site.perTimestep, nullptr, {}, std::move(onDevice)};
    const Sequence* sequence = m_state.whatIf->sequenceFor(site);
    if (sequence != nullptr && !sequence->isIds() && sequence->values->rank() == 2) {
        context.series = sequence->values;
        context.seriesNames = sequence->features;
    }
    m_canvas->setMap(std::move(map), std::move(context), styleFor(m_state.display));
    showPage();
}

void HeatmapView::showPicture(const MapPicture& picture) {
    m_canvas->setPicture(picture);
}

void HeatmapView::pointAtWeight() {
    m_readOut->show(m_canvas->readOut());
    const SiteRecord* site = m_state.whatIfSite();
    const auto cell = m_canvas->pointedCell();
    if (site == nullptr || !cell) {
        emit elementPointedAt({}, {});
        return;
    }
    const RecordedValue& weights = site->weightsValue();
    if (!weights.tensor.inMemory()) emit numbersWanted();
    pointAtElement(weights, elementIndex(weights, site->timeAxis, *cell));
}

void HeatmapView::chooseWeight() {
    const SiteRecord* site = m_state.whatIfSite();
    const auto cell = m_canvas->pointedCell();
    if (site == nullptr || !cell) return;
    const RecordedValue& weights = site->weightsValue();
    chooseElement(weights, elementIndex(weights, site->timeAxis, *cell));
}

}  // namespace attnscope
