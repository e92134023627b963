#include "views/text_view.h"

#include "figure/site_figures.h"
#include "views/color_bar.h"
#include "views/empty_note.h"
#include "views/text_canvas.h"

#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace attnscope {

TextView::TextView(QWidget* parent) : View(parent) {
    m_canvas = new TextCanvas;
    m_scroll = new QScrollArea;
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(m_canvas);
    m_scroll->setFocusProxy(m_canvas);
    m_colorBar = new ColorBar;
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_scroll, 1);
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
    connect(m_canvas, &TextCanvas::maskRequested, this, &View::maskRequested);
    connect(m_canvas, &TextCanvas::cursorMoved, this, [this](const QRect& place) {
        m_scroll->ensureVisible(place.center().x(), place.center().y(), 0, place.height() * 2);
    });
}

void TextView::setState(const ViewState& state) {
    const QString why = whyNoSite(state);
    if (!why.isEmpty()) {
        m_empty->setText(why);
        m_pages->setCurrentIndex(0);
        return;
    }
    Result<Figure> figure = siteFigure(SiteView::Text, state);
    if (!figure) {
        m_empty->setText(tr("This sequence is numbers, not a text. The heatmap shows what the attention looked at."));
        m_pages->setCurrentIndex(0);
        return;
    }
    const SiteRecord* site = state.whatIfSite();
    auto& text = std::get<TextFigure>(*figure);
    m_colorBar->setScale(QString::fromStdString(text.valueLabel), {text.range, text.rangeNote}, state.display,
                         site->attainable.has_value());
    m_canvas->setText(std::move(text), state);
    m_pages->setCurrentIndex(1);
    disconnect(m_canvas, &TextCanvas::timestepPointedAt, this, nullptr);
    // What is pointed at belongs to the weights of this record.
    connect(m_canvas, &TextCanvas::timestepPointedAt, this,
            [this, name = QString::fromStdString(site->weightsValue().graphName),
             single = site->weightsValue().axes.size() == 1](std::optional<std::int64_t> timestep) {
                if (timestep && single) emit elementPointedAt(name, {*timestep});
                if (!timestep) emit elementPointedAt({}, {});
            });
}

}  // namespace attnscope
