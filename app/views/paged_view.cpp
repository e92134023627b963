#include "views/paged_view.h"

#include "theme/theme.h"
#include "views/empty_note.h"

#include <QPainter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace attnscope {

PagedView::PagedView(QWidget* parent) : View(parent) {
    m_note = new EmptyNote;
    auto* content = new QWidget;
    m_page = new QVBoxLayout(content);
    m_page->setContentsMargins(0, 0, 0, 0);
    m_page->setSpacing(0);
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
