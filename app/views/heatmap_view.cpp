#include "views/heatmap_view.h"

#include "figure/site_figures.h"
#include "theme/theme.h"
#include "views/color_bar.h"
#include "views/empty_note.h"
#include "views/heatmap_canvas.h"

#include <QLabel>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace attnscope {
namespace {

/// The index of a cell in the weights' own axes: the map always has time from left to right.
std::vector<std::int64_t> weightIndex(const SiteRecord& site, const Cell& cell) {
    const auto& axes = site.weightsValue().axes;
    if (axes.size() == 1) return {cell.column};
    if (axes.back() == site.timeAxis) return {cell.row, cell.column};
    return {cell.column, cell.row};
}

}  // namespace

HeatmapView::HeatmapView(QWidget* parent) : View(parent) {
    m_canvas = new HeatmapCanvas;
    m_readOut = new QLabel;
    m_readOut->setObjectName(QStringLiteral("readOut"));
    m_readOut->setForegroundRole(QPalette::PlaceholderText);
    m_readOut->setFont(tabularFont(m_readOut->font()));
    m_readOut->setContentsMargins(2 * Theme::unit, 0, 2 * Theme::unit, Theme::unit);
    m_readOut->setTextFormat(Qt::PlainText);
    m_readOut->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_colorBar = new ColorBar;
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_canvas, 1);
    column->addWidget(m_readOut);
    column->addWidget(m_colorBar);

    m_empty = new EmptyNote;
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
    setFocusProxy(m_canvas);
    setState({});
    connect(m_colorBar, &ColorBar::displayRequested, this, &View::displayRequested);
    connect(m_canvas, &HeatmapCanvas::maskRequested, this, &View::maskRequested);
}

QString HeatmapView::readOut() const {
    return m_readOut->text();
}

void HeatmapView::setState(const ViewState& state) {
    QString why = whyNoSite(state);
    Result<Figure> figure = why.isEmpty() ? siteFigure(SiteView::Heatmap, state) : fail(ErrorCode::NotFound, "");
    if (why.isEmpty() && !figure) why = QString::fromStdString(figure.error().text());
    if (!why.isEmpty()) {
        m_empty->setText(why);
        m_pages->setCurrentIndex(0);
        return;
    }
    const SiteRecord& site = *state.whatIfSite();
    auto& map = std::get<HeatmapFigure>(*figure);
    m_colorBar->setScale(QString::fromStdString(map.valueLabel), {map.range, map.rangeNote}, state.display,
                         site.attainable.has_value());
    HeatmapContext context{site.perTimestep, nullptr, {}};
    const Sequence* sequence = state.whatIf->sequenceFor(site);
    if (sequence != nullptr && !sequence->isIds()) {
        context.series = sequence->values;
        context.seriesNames = sequence->features;
    }
    disconnect(m_canvas, &HeatmapCanvas::pointedAtChanged, this, nullptr);
    connect(m_canvas, &HeatmapCanvas::pointedAtChanged, this, [this, record = state.whatIf, name = state.site] {
        m_readOut->setText(m_canvas->readOut());
        const auto cell = m_canvas->pointedCell();
        const SiteRecord& shown = *record->findSite(name);
        if (cell) {
            emit elementPointedAt(QString::fromStdString(shown.weightsValue().graphName), weightIndex(shown, *cell));
        } else {
            emit elementPointedAt({}, {});
        }
    });
    m_canvas->setMap(std::move(map), std::move(context), state.display.dark ? FigureStyle::dark() : FigureStyle::light());
    m_pages->setCurrentIndex(1);
}

}  // namespace attnscope
