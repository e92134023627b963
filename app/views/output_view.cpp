#include "views/output_view.h"

#include "figure/text_kit.h"
#include "theme/theme.h"
#include "views/empty_note.h"
#include "views/panel_canvas.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QVBoxLayout>

namespace attnscope {

OutputView::OutputView(QWidget* parent) : PagedView(parent) {
    m_order = new QComboBox;
    m_order->setObjectName(QStringLiteral("unitOrder"));
    m_order->setAccessibleName(tr("Order of the units"));
    m_order->addItems({tr("Units by number"), tr("Units by |value|")});
    m_why = new QLabel;
    m_why->setObjectName(QStringLiteral("whyNoContributions"));
    m_why->setForegroundRole(QPalette::PlaceholderText);
    m_why->setWordWrap(true);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(2 * Theme::unit, Theme::unit, 2 * Theme::unit, 0);
    bar->addWidget(m_why, 1);
    bar->addWidget(m_order);
    m_canvas = new PanelCanvas;
    m_canvas->setAccessibleName(tr("Output vector and contributions"));
    m_readOut = new ReadOut(
        tr("Wheel zooms, drag pans, double click shows all. The contributions of a column add up to its bar."));
    page().addLayout(bar);
    page().addWidget(m_canvas, 1);
    page().addWidget(m_readOut);
    setFocusProxy(m_canvas);
    connect(m_order, &QComboBox::currentIndexChanged, this, [this] { showPanels(); });
    connect(m_canvas, &PanelCanvas::pointedAtChanged, this, [this] { m_readOut->show(readOut()); });
    connect(m_canvas, &PanelCanvas::clicked, this, &OutputView::pointAtUnit);
    setState({});
}

void OutputView::setState(const ViewState& whole) {
    const ViewState state = chosenPart(SiteView::Output, whole);
    m_state = state;
    if (const QString why = whyNoSite(state); !why.isEmpty()) return showNote(why);
    showPanels();
    showPage();
}

void OutputView::showPanels() {
    const SiteRecord* site = m_state.whatIfSite();
    if (site == nullptr) return;
    const auto order = m_order->currentIndex() == 0 ? UnitOrder::Index : UnitOrder::Magnitude;
    OutputPanels panels = outputPanels(m_state, *site, order);
    m_units = std::move(panels.units);
    m_why->setText(QString::fromStdString(panels.whyNoContributions));
    m_canvas->setPanels(std::move(panels.figure), false, styleFor(m_state.display));
}

QString OutputView::readOut() const {
    const auto pointed = m_canvas->pointedPlace();
    if (!pointed) return {};
    const auto column = static_cast<std::size_t>(pointed->column);
    const auto number = [](float value) { return figures::compactNumber(static_cast<double>(value), 4); };
    const Panel& bars = m_canvas->figure().panels.front();
    QString text = tr("unit %1  ·  %2 %3")
                       .arg(m_units[column])
                       .arg(QString::fromStdString(bars.name), number(bars.matrix[column]));
    if (!bars.reference.empty())
        text += tr("  ·  model %1  ·  Δ %2")
                    .arg(number(bars.reference[column]), number(bars.matrix[column] - bars.reference[column]));
    if (pointed->panel == 0) return text;
    const Panel& map = m_canvas->figure().panels[pointed->panel];
    const auto row = static_cast<std::size_t>(pointed->row);
    text += tr("  ·  timestep %1").arg(row);
    if (const QString label = figures::displayText(map.rowLabels[row]); label != QString::number(row))
        text += QStringLiteral(" “%1”").arg(label);
    return text + tr("  ·  contribution %1").arg(number(map.matrix[row * m_units.size() + column]));
}

void OutputView::pointAtUnit() {
    const auto pointed = m_canvas->pointedPlace();
    if (!pointed) return;
    const auto unit = static_cast<std::int64_t>(m_units[static_cast<std::size_t>(pointed->column)]);
    if (const SiteRecord* site = m_state.whatIfSite()) chooseElement(site->outputValue(), {unit});
}

}  // namespace attnscope
