#include "views/column_canvas.h"

#include "theme/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

constexpr float zoomStep = 1.25F;

glm::vec2 toGlm(QPointF point) {
    return {static_cast<float>(point.x()), static_cast<float>(point.y())};
}

}  // namespace

bool Columns::isMasked(int column) const {
    const auto place = static_cast<std::size_t>(column);
    return place < masked.size() && masked[place];
}

ColumnCanvas::ColumnCanvas(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void ColumnCanvas::setColumns(Columns columns, int rows, bool zoomRows, const FigureStyle& style) {
    const bool same = columns.count == m_columns.count && rows == m_rows && zoomRows == m_zoomRows;
    m_columns = std::move(columns);
    m_rows = std::max(rows, 1);
    m_zoomRows = zoomRows;
    m_style = style;
    if (!same) {
        m_viewport =
            Viewport({std::max(static_cast<int>(m_columns.count), 1), zoomRows ? m_rows : 1}, m_viewport.pixels());
        m_pointed.reset();
    }
    arrange();
    refresh();
    emit pointedAtChanged();
}

void ColumnCanvas::place(const QRect& plot, int labelTop) {
    m_plot = plot;
    m_labels = QRect(plot.left(), labelTop, plot.width(), std::max(height() - labelTop, 1));
    m_viewport.resize({static_cast<float>(std::max(plot.width(), 1)), static_cast<float>(std::max(plot.height(), 1))});
}

void ColumnCanvas::refresh() {
    m_stale = true;
    update();
}

void ColumnCanvas::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
    refresh();
}

void ColumnCanvas::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) refresh();
}

std::optional<int> ColumnCanvas::columnAt(int x) const {
    const float column = m_viewport.toCells({static_cast<float>(x - m_plot.left()) + 0.5F, 0.0F}).x;
    if (column < 0.0F || column >= static_cast<float>(m_columns.count)) return std::nullopt;
    return static_cast<int>(column);
}

std::optional<Cell> ColumnCanvas::cellAt(QPoint point) const {
    if (!m_plot.contains(point) || m_columns.count == 0) return std::nullopt;
    const QPoint inside = point - m_plot.topLeft();
    return m_viewport.cellAt({static_cast<float>(inside.x()) + 0.5F, static_cast<float>(inside.y()) + 0.5F});
}

QRectF ColumnCanvas::columnRect(int column, const QRectF& strip) const {
    const PixelRect cell = m_viewport.rectOf({column, 0});
    return QRectF(QPointF(m_plot.left() + static_cast<qreal>(cell.low.x), strip.top()),
                  QPointF(m_plot.left() + static_cast<qreal>(cell.high.x), strip.bottom()));
}

bool ColumnCanvas::masksAt(QPoint point) const {
    return m_columns.maskable && m_labels.contains(point);
}

void ColumnCanvas::pointAt(std::optional<Cell> cell) {
    if (cell == m_pointed) return;
    m_pointed = cell;
    emit pointedAtChanged();
    update();
}

void ColumnCanvas::movePointed(int columns, int rows) {
    Cell cell = m_pointed.value_or(Cell{});
    if (m_pointed) {
        cell.column = std::clamp(cell.column + columns, 0, static_cast<int>(m_columns.count) - 1);
        cell.row = std::clamp(cell.row + rows, 0, m_rows - 1);
    }
    // Keep it in sight.
    const PixelRect cellPlace = m_viewport.rectOf({cell.column, m_zoomRows ? cell.row : 0});
    const glm::vec2 size = m_viewport.pixels();
    glm::vec2 shift{0.0F};
    for (int axis = 0; axis < (m_zoomRows ? 2 : 1); ++axis) {
        if (cellPlace.low[axis] < 0.0F) shift[axis] = -cellPlace.low[axis];
        if (cellPlace.high[axis] > size[axis]) shift[axis] = size[axis] - cellPlace.high[axis];
    }
    if (shift != glm::vec2{0.0F}) {
        m_viewport.pan(shift);
        refresh();
    }
    pointAt(cell);
}

void ColumnCanvas::zoom(float factor, QPointF about) {
    m_viewport.zoom({factor, m_zoomRows ? factor : 1.0F}, toGlm(about - m_plot.topLeft()));
    refresh();
}

void ColumnCanvas::wheelEvent(QWheelEvent* event) {
    if (m_columns.count == 0) return event->ignore();
    const QPoint delta = event->angleDelta();
    const bool sideways = std::abs(delta.x()) > std::abs(delta.y()) || event->modifiers().testFlag(Qt::ShiftModifier);
    if (sideways) {
        m_viewport.pan({static_cast<float>(delta.x() != 0 ? delta.x() : delta.y()), 0.0F});
        refresh();
    } else {
        zoom(std::pow(zoomStep, static_cast<float>(delta.y()) / 120.0F), event->position());
    }
    pointAt(cellAt(event->position().toPoint()));
    event->accept();
}

void ColumnCanvas::mousePressEvent(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    if (event->button() == Qt::LeftButton && masksAt(point)) {
        const auto column = columnAt(point.x());
        if (!column) return;
        m_dragMasks = !m_columns.isMasked(*column);
        m_maskedTo = column;
        emit maskRequested({*column}, m_dragMasks);
    } else if (event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton) {
        m_pressed = m_panFrom = point;
        pointAt(cellAt(point));
    }
}

/// Asks for every column between where the drag was and where it is now.
void ColumnCanvas::dragMaskTo(int column) {
    std::vector<std::int64_t> timesteps;
    const int step = column > *m_maskedTo ? 1 : -1;
    while (*m_maskedTo != column) timesteps.push_back(*m_maskedTo += step);
    if (!timesteps.empty()) emit maskRequested(timesteps, m_dragMasks);
}

void ColumnCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    if (m_maskedTo) {
        if (const auto column = columnAt(std::clamp(point.x(), m_plot.left(), m_plot.right()))) {
            dragMaskTo(*column);
            pointAt(Cell{*column, m_pointed ? m_pointed->row : 0});
        }
        return;
    }
    if (m_panFrom) {
        m_viewport.pan(toGlm(point - *m_panFrom));
        m_panFrom = point;
        refresh();
    }
    const bool masks = masksAt(point);
    setCursor(masks                                 ? Qt::PointingHandCursor
              : m_panFrom && !m_viewport.isFitted() ? Qt::ClosedHandCursor
                                                    : Qt::CrossCursor);
    const auto column = columnAt(point.x());
    // Over the labels the crosshair stays in its row.
    if (m_labels.contains(point) && column) return pointAt(Cell{*column, m_pointed ? m_pointed->row : 0});
    pointAt(cellAt(point));
}

void ColumnCanvas::mouseReleaseEvent(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    const bool still = m_pressed && (point - *m_pressed).manhattanLength() < QApplication::startDragDistance();
    m_panFrom.reset();
    m_pressed.reset();
    m_maskedTo.reset();
    if (still && m_pointed) emit clicked();
}

void ColumnCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    // Two quick clicks where one masks are two toggles.
    if (masksAt(event->position().toPoint())) return mousePressEvent(event);
    m_viewport.fit(Fit::Stretch);
    refresh();
}

void ColumnCanvas::leaveEvent(QEvent*) {
    if (!hasFocus()) pointAt(std::nullopt);
}

void ColumnCanvas::keyPressEvent(QKeyEvent* event) {
    if (m_columns.count == 0) return QWidget::keyPressEvent(event);
    const int all = static_cast<int>(m_columns.count);
    switch (event->key()) {
        case Qt::Key_Left:
            return movePointed(-1, 0);
        case Qt::Key_Right:
            return movePointed(1, 0);
        case Qt::Key_Up:
            return movePointed(0, -1);
        case Qt::Key_Down:
            return movePointed(0, 1);
        case Qt::Key_Home:
            return movePointed(-all, 0);
        case Qt::Key_End:
            return movePointed(all, 0);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(zoomStep, QRectF(m_plot).center());
        case Qt::Key_Minus:
            return zoom(1.0F / zoomStep, QRectF(m_plot).center());
        case Qt::Key_0:
            m_viewport.fit(Fit::Stretch);
            return refresh();
        case Qt::Key_Escape:
            if (!m_pointed) return QWidget::keyPressEvent(event);
            return pointAt(std::nullopt);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_pointed && !event->isAutoRepeat()) emit clicked();
            return;
        case Qt::Key_Space:
            if (m_pointed && m_columns.maskable && !event->isAutoRepeat())
                emit maskRequested({m_pointed->column}, !m_columns.isMasked(m_pointed->column));
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void ColumnCanvas::paintEvent(QPaintEvent*) {
    if (m_columns.count == 0) return;
    const qreal ratio = devicePixelRatioF();
    if (m_stale || m_picture.size() != size() * ratio) {
        m_picture = QPixmap(size() * ratio);
        m_picture.setDevicePixelRatio(ratio);
        m_picture.fill(palette().color(backgroundRole()));
        QPainter painter(&m_picture);
        painter.setRenderHint(QPainter::Antialiasing);
        paintData(painter);
        paintLabels(painter);
        m_stale = false;
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_pointed) {
        paintCrosshair(painter);
        paintTag(painter);
    }
}

}  // namespace attnscope
