#include "views/mask_view.h"

#include "figure/panel_figures.h"
#include "figure/text_kit.h"
#include "theme/theme.h"
#include "views/empty_note.h"
#include "views/panel_canvas.h"

#include <QGridLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace attnscope {
namespace {

/// Facts stand in two columns, so that the panels keep their room.
constexpr int factColumns = 2;

}  // namespace

MaskView::MaskView(QWidget* parent) : PagedView(parent) {
    m_canvas = new PanelCanvas;
    m_canvas->setAccessibleName(tr("Mask"));
    m_readOut = new ReadOut(tr("Click or drag over a mask or the labels to mask. Wheel zooms, drag pans."));
    m_note = new QLabel;
    m_note->setObjectName(QStringLiteral("note"));
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_note->setWordWrap(true);
    m_note->setContentsMargins(2 * Theme::unit, Theme::unit, 2 * Theme::unit, 0);
    auto* facts = new QWidget;
    facts->setObjectName(QStringLiteral("facts"));
    m_facts = new QGridLayout(facts);
    m_facts->setContentsMargins(2 * Theme::unit, Theme::unit, 2 * Theme::unit, 2 * Theme::unit);
    m_facts->setHorizontalSpacing(2 * Theme::unit);
    m_facts->setVerticalSpacing(Theme::unit / 2);
    page().addWidget(m_note);
    page().addWidget(m_canvas, 1);
    page().addWidget(m_readOut);
    page().addWidget(facts);
    setFocusProxy(m_canvas);
    connect(m_canvas, &PanelCanvas::maskRequested, this, &View::maskRequested);
    connect(m_canvas, &PanelCanvas::pointedAtChanged, this, [this] { m_readOut->show(m_canvas->readOut()); });
    connect(m_canvas, &PanelCanvas::clicked, this, [this] {
        const auto pointed = m_canvas->pointedPlace();
        if (!pointed) return;
        const Panel& panel = m_canvas->figure().panels[pointed->panel];
        const SiteRecord* site = m_state.whatIfSite();
        if (panel.valueName.empty() || site == nullptr) return;
        const auto value = std::ranges::find(site->values, panel.valueName, &RecordedValue::graphName);
        if (value != site->values.end()) pointAtElement(*value, {pointed->column});
    });
    setState({});
}

void MaskView::setState(const ViewState& whole) {
    const ViewState state = chosenPart(SiteView::Mask, whole);
    m_state = state;
    if (const QString why = whyNoSite(state); !why.isEmpty()) return showNote(why);
    PanelFigure figure = maskFigure(state, *state.whatIfSite());
    m_note->setText(figures::displayText(figure.note));
    m_note->setVisible(!figure.note.empty());
    std::vector<std::pair<QString, QString>> facts;
    for (const Fact& fact : figure.facts)
        facts.emplace_back(figures::displayText(fact.label), figures::displayText(fact.value));
    if (state.whatIf == state.model) facts.emplace_back(tr("edits"), tr("none: what-if is the model"));
    showFacts(facts);
    m_canvas->setPanels(std::move(figure), true, styleFor(state.display));
    showPage();
}

void MaskView::showFacts(const std::vector<std::pair<QString, QString>>& facts) {
    while (QLayoutItem* item = m_facts->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (int i = 0; i < static_cast<int>(facts.size()); ++i) {
        auto* label = new QLabel(facts[static_cast<std::size_t>(i)].first);
        label->setForegroundRole(QPalette::PlaceholderText);
        auto* value = new QLabel(facts[static_cast<std::size_t>(i)].second);
        value->setFont(tabularFont(value->font()));
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        for (QLabel* text : {label, value}) text->setTextFormat(Qt::PlainText);
        m_facts->addWidget(label, i / factColumns, 2 * (i % factColumns));
        m_facts->addWidget(value, i / factColumns, 2 * (i % factColumns) + 1);
    }
    for (int column = 0; column < factColumns; ++column) m_facts->setColumnStretch(2 * column + 1, 1);
}

}  // namespace attnscope
