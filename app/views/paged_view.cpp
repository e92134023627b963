#include "views/paged_view.h"

#include "theme/theme.h"
#include "views/empty_note.h"
#include "views/slice_bar.h"

#include <QPainter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace attnscope {

PagedView::PagedView(QWidget* parent) : View(parent) {
    m_note = new EmptyNote;
    auto* content = new QWidget;
    m_page = new QVBoxLayout(content);
    m_page->setContentsMargins(0, 0, 0, 0);
    m_page->setSpacing(0);
    m_slices = new SliceBar;
    m_page->addWidget(m_slices);
    connect(m_slices, &SliceBar::sliceRequested, this, &PagedView::requestSlice);
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_note);
    m_stack->addWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
}

/// A widget that is hidden while it is destroyed sends the pointer away from its children, and they say so: to an
/// object that is no view any more.
PagedView::~PagedView() {
    for (QObject* child : findChildren<QObject*>()) child->disconnect(this);
}

void PagedView::showPage() {
    m_stack->setCurrentIndex(1);
}

void PagedView::showNote(const QString& why) {
    m_note->setText(why);
    m_stack->setCurrentIndex(0);
}

ViewState PagedView::chosenPart(SiteView view, const ViewState& whole) {
    m_whole = whole;
    const SiteRecord* site = whole.whatIfSite();
    m_slices->setState(whole, view == SiteView::Heatmap && site != nullptr ? rowAxis(*site) : std::string());
    return shownState(view, whole);
}

void PagedView::requestSlice(const SiteSlice& slice) {
    DisplayOptions display = m_whole.display;
    display.slice = slice;
    emit displayRequested(display);
}

std::optional<std::vector<std::int64_t>> PagedView::placeInWhole(const RecordedValue& part,
                                                                 const std::vector<std::int64_t>& index) const {
    const SiteRecord* site = m_whole.whatIfSite();
    if (site == nullptr) return std::nullopt;
    const auto found = std::ranges::find(site->values, part.graphName, &RecordedValue::graphName);
    if (found == site->values.end()) return std::nullopt;
    return wholeIndex(*found, part, index, m_whole.display.slice);
}

void PagedView::pointAtElement(const RecordedValue& part, const std::vector<std::int64_t>& index) {
    const auto place = placeInWhole(part, index);
    emit elementPointedAt(place ? QString::fromStdString(part.graphName) : QString(),
                          place.value_or(std::vector<std::int64_t>()));
}

void PagedView::chooseElement(const RecordedValue& part, const std::vector<std::int64_t>& index) {
    pointAtElement(part, index);
    if (const auto place = placeInWhole(part, index))
        emit elementChosen(QString::fromStdString(part.graphName), *place);
}

ReadOut::ReadOut(const QString& hint, QWidget* parent) : QLabel(parent), m_hint(hint) {
    setObjectName(QStringLiteral("readOut"));
    setTextFormat(Qt::PlainText);
    setFont(tabularFont(font()));
    setContentsMargins(2 * Theme::unit, Theme::unit / 2, 2 * Theme::unit, Theme::unit);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    show({});
}

void ReadOut::show(const QString& numbers) {
    setText(numbers.isEmpty() ? m_hint : numbers);
    setForegroundRole(numbers.isEmpty() ? QPalette::PlaceholderText : QPalette::WindowText);
    setToolTip(numbers);
}

/// As QLabel does it, but cut with … where there is no room.
void ReadOut::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(contentsRect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()));
}

FigureStyle styleFor(const DisplayOptions& display) {
    return display.dark ? FigureStyle::dark() : FigureStyle::light();
}

std::vector<std::int64_t> elementIndex(const RecordedValue& value, const std::string& timeAxis, const Cell& cell) {
    if (value.axes.size() == 1) return {cell.column};
    if (value.axes.back() == timeAxis) return {cell.row, cell.column};
    return {cell.column, cell.row};
}

}  // namespace attnscope
