#include "panels/formula_view.h"

#include "theme/theme.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

constexpr int margin = Theme::unit;

}  // namespace

FormulaView::FormulaView(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("formula"));
    setAccessibleName(tr("Formula"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void FormulaView::setFormula(const Formula& formula, std::map<std::string, QString, std::less<>> titles) {
    m_titles = std::move(titles);
    if (!m_formula || m_formula->source() != formula.source()) {
        m_focused = 0;
        m_hovered = -1;
    }
    m_formula = formula;
    m_laidWidth = -1;
    QStringList lines;
    for (const Statement& statement : formula.statements()) lines << QString::fromStdString(statement.source);
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    updateGeometry();
    update();
}

void FormulaView::clear() {
    m_formula.reset();
    m_titles.clear();
    m_laidWidth = -1;
    updateGeometry();
    update();
}

void FormulaView::setChosen(const std::string& name) {
    m_chosen = name;
    update();
}

const TypesetFormula& FormulaView::laidOut(int width) const {
    if (m_laidWidth == width) return m_laid;
    m_laidWidth = width;
    m_laid = {};
    if (m_formula)
        m_laid = typesetFormula(*m_formula, font(), width - 2.0 * margin,
                                [this](std::string_view name) { return m_titles.contains(name); });
    return m_laid;
}

QRectF FormulaView::areaOf(std::string_view name) const {
    for (const MathLink& link : laidOut(width()).links) {
        if (link.name == name) return link.area.translated(margin, margin);
    }
    return {};
}

int FormulaView::heightForWidth(int width) const {
    return static_cast<int>(std::ceil(laidOut(width).size.height())) + 2 * margin;
}

QSize FormulaView::sizeHint() const {
    const int width = std::max(this->width(), minimumSizeHint().width());
    return {width, heightForWidth(width)};
}

QSize FormulaView::minimumSizeHint() const {
    return {20 * Theme::unit, 4 * Theme::unit};
}

void FormulaView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::FontChange) return;
    m_laidWidth = -1;
    updateGeometry();
}

void FormulaView::paintEvent(QPaintEvent*) {
    const Theme& theme = Theme::of(palette());
    const TypesetFormula& laid = laidOut(width());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(hasFocus() ? theme.accent : theme.border);
    painter.setBrush(theme.surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setClipRect(rect().adjusted(1, 1, -1, -1));
    painter.translate(margin, margin);
    for (std::size_t place = 0; place < laid.links.size(); ++place) {
        const MathLink& link = laid.links[place];
        const bool focused = hasFocus() && static_cast<int>(place) == m_focused;
        const bool chosen = link.name == m_chosen;
        if (!chosen && !focused && static_cast<int>(place) != m_hovered) continue;
        painter.setPen(focused ? QPen(theme.accent) : QPen(Qt::NoPen));
        painter.setBrush(chosen ? theme.accentSoft : theme.window);
        painter.drawRoundedRect(link.area.adjusted(-1.0, -0.5, 1.0, 0.5), 3, 3);
    }
    painter.setBrush(Qt::NoBrush);
    for (const MathMark& mark : laid.marks) {
        const QColor color = mark.link >= 0 ? theme.accent : theme.text;
        if (mark.text.isEmpty()) {
            painter.fillPath(mark.path, color);
            continue;
        }
        painter.setFont(mark.font);
        painter.setPen(color);
        painter.drawText(mark.at, mark.text);
    }
}

int FormulaView::linkAt(QPointF position) const {
    const std::vector<MathLink>& links = laidOut(width()).links;
    const auto found = std::ranges::find_if(
        links, [&](const MathLink& link) { return link.area.contains(position - QPointF(margin, margin)); });
    return found == links.end() ? -1 : static_cast<int>(found - links.begin());
}

void FormulaView::mouseMoveEvent(QMouseEvent* event) {
    const int link = linkAt(event->position());
    if (link == m_hovered) return;
    m_hovered = link;
    setCursor(link >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void FormulaView::leaveEvent(QEvent*) {
    m_hovered = -1;
    update();
}

void FormulaView::mousePressEvent(QMouseEvent* event) {
    const int link = event->button() == Qt::LeftButton ? linkAt(event->position()) : -1;
    if (link >= 0)
        choose(link);
    else
        QWidget::mousePressEvent(event);
}

void FormulaView::choose(int link) {
    const std::vector<MathLink>& links = laidOut(width()).links;
    if (link < 0 || link >= static_cast<int>(links.size())) return;
    m_focused = link;
    m_chosen = links[static_cast<std::size_t>(link)].name;
    update();
    emit valueChosen(QString::fromStdString(m_chosen));
}

void FormulaView::moveFocus(int step) {
    const int count = static_cast<int>(laidOut(width()).links.size());
    m_focused = std::clamp(m_focused + step, 0, std::max(0, count - 1));
    update();
}

void FormulaView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Up:
            return moveFocus(-1);
        case Qt::Key_Right:
        case Qt::Key_Down:
            return moveFocus(1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            return choose(m_focused);
        default:
            QWidget::keyPressEvent(event);
    }
}

void FormulaView::contextMenuEvent(QContextMenuEvent* event) {
    if (!m_formula) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* copy = menu->addAction(tr("Copy as text"));
    connect(copy, &QAction::triggered, this,
            [source = QString::fromStdString(m_formula->source())] { QGuiApplication::clipboard()->setText(source); });
    menu->popup(event->globalPos());
}

bool FormulaView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int link = linkAt(help->pos());
    if (link < 0) {
        QToolTip::hideText();
        return true;
    }
    const MathLink& pointed = laidOut(width()).links[static_cast<std::size_t>(link)];
    const auto title = m_titles.find(pointed.name);
    // Names come from a formula that anyone may have written.
    if (title != m_titles.end())
        QToolTip::showText(help->globalPos(), QStringLiteral("<p>%1</p>").arg(title->second.toHtmlEscaped()), this);
    return true;
}

}  // namespace attnscope
