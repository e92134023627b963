#include "views/heatmap_canvas.h"

#include "figure/text_kit.h"
#include "theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

constexpr int edge = 2 * Theme::unit;
constexpr int leftGutter = 7 * Theme::unit;
constexpr int seriesHeight = 12 * Theme::unit;
constexpr int marginalHeight = 6 * Theme::unit;
constexpr int singleRowHeight = 6 * Theme::unit;
constexpr int annotationHeight = Theme::unit;
constexpr int labelHeight = 11 * Theme::unit;
constexpr float zoomStep = 1.25F;

}  // namespace

HeatmapCanvas::HeatmapCanvas(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Heatmap"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void HeatmapCanvas::setMap(HeatmapFigure figure, HeatmapContext context, const FigureStyle& style) {
    const bool sameCells = figure.matrix.shape() == m_figure.matrix.shape();
    m_figure = std::move(figure);
    m_context = std::move(context);
    m_style = style;
    if (!sameCells) {
        m_viewport = Viewport({static_cast<int>(m_figure.matrix.dim(1)), static_cast<int>(m_figure.matrix.dim(0))},
                              {1.0F, 1.0F});
        m_pointed.reset();
    }
    arrange();
    emit pointedAtChanged();
    update();
}

/// From top to bottom: the sequence's own numbers, the weights as an area, the map, its events, its labels.
void HeatmapCanvas::arrange() {
    const int left = leftGutter;
    const int wide = std::max(width() - left - edge, 8);
    int top = edge;
    m_series = m_context.series ? QRect(left, top, wide, seriesHeight) : QRect();
    if (m_context.series) top += seriesHeight + Theme::unit;
    const int annotation = m_figure.annotation.empty() ? 0 : annotationHeight + Theme::unit / 2;
    int below = height() - edge - labelHeight - annotation;
    int marginal = marginalHeight;
    if (isSingleRow()) marginal = std::clamp(below - top - singleRowHeight - Theme::unit, marginalHeight, 3 * seriesHeight);
    m_marginal = QRect(left, top, wide, marginal);
    top += marginal + Theme::unit / 2;
    if (isSingleRow()) below = std::min(below, top + singleRowHeight);
    m_map = QRect(left, top, wide, std::max(below - top, 8));
    m_annotation = annotation == 0 ? QRect() : QRect(left, m_map.bottom() + 1 + Theme::unit / 2, wide, annotationHeight);
    m_labels = QRect(left, m_map.bottom() + 1 + annotation, wide, labelHeight);
    m_viewport.resize({static_cast<float>(m_map.width()), static_cast<float>(m_map.height())});
}

void HeatmapCanvas::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

std::optional<Cell> HeatmapCanvas::cellAt(QPoint point) const {
    if (!m_map.contains(point) || m_figure.matrix.size() == 0) return std::nullopt;
    const QPoint inside = point - m_map.topLeft();
    return m_viewport.cellAt({static_cast<float>(inside.x()) + 0.5F, static_cast<float>(inside.y()) + 0.5F});
}

std::optional<int> HeatmapCanvas::columnAt(int x) const {
    const float column = m_viewport.toCells({static_cast<float>(x - m_map.left()) + 0.5F, 0.0F}).x;
    if (column < 0.0F || column >= static_cast<float>(m_figure.matrix.dim(1))) return std::nullopt;
    return static_cast<int>(column);
}

QRectF HeatmapCanvas::columnRect(int column, const QRect& strip) const {
    const PixelRect cell = m_viewport.rectOf({column, 0});
    return QRectF(QPointF(m_map.left() + static_cast<qreal>(cell.low.x), strip.top()),
                  QPointF(m_map.left() + static_cast<qreal>(cell.high.x), strip.bottom() + 1));
}

QString HeatmapCanvas::readOut() const {
    if (!m_pointed) return tr("Wheel zooms, drag pans, double click shows all. Click or drag over the labels to mask.");
    const auto row = static_cast<std::size_t>(m_pointed->row);
    const auto column = static_cast<std::size_t>(m_pointed->column);
    QString text = tr("timestep %1").arg(column);
    if (column < m_figure.columnLabels.size()) text += QStringLiteral(" “%1”").arg(QString::fromStdString(m_figure.columnLabels[column]));
    if (!isSingleRow()) text += QStringLiteral(" · %1 %2").arg(QString::fromStdString(m_figure.rowAxis)).arg(row);
    const auto columns = static_cast<std::size_t>(m_figure.matrix.dim(1));
    text += tr(" · weight %1").arg(figures::compactNumber(m_figure.matrix[row * columns + column], 6));
    if (!isSingleRow() && column < m_context.perTimestep.size())
        text += tr(" · mean %1").arg(figures::compactNumber(m_context.perTimestep[column], 4));
    if (column < m_figure.columnMasked.size() && m_figure.columnMasked[column]) text += tr(" · masked");
    if (column < m_figure.annotation.size())
        text += QStringLiteral(" · %1 %2").arg(QString::fromStdString(m_figure.annotationLabel),
                                               figures::compactNumber(m_figure.annotation[column]));
    return text;
}

void HeatmapCanvas::pointAt(std::optional<Cell> cell) {
    if (cell == m_pointed) return;
    m_pointed = cell;
    emit pointedAtChanged();
    update();
}

void HeatmapCanvas::movePointed(int columns, int rows) {
    Cell cell = m_pointed.value_or(Cell{});
    cell.column = std::clamp(cell.column + columns, 0, static_cast<int>(m_figure.matrix.dim(1)) - 1);
    cell.row = std::clamp(cell.row + rows, 0, static_cast<int>(m_figure.matrix.dim(0)) - 1);
    // Keep it in sight.
    const PixelRect place = m_viewport.rectOf(cell);
    const glm::vec2 size = m_viewport.pixels();
    glm::vec2 shift{0.0F};
    for (int axis = 0; axis < 2; ++axis) {
        if (place.low[axis] < 0.0F) shift[axis] = -place.low[axis];
        if (place.high[axis] > size[axis]) shift[axis] = size[axis] - place.high[axis];
    }
    m_viewport.pan(shift);
    pointAt(cell);
    update();
}

void HeatmapCanvas::zoom(float factor, QPoint about) {
    const QPoint inside = about - m_map.topLeft();
    m_viewport.zoom({factor, isSingleRow() ? 1.0F : factor}, {static_cast<float>(inside.x()), static_cast<float>(inside.y())});
    update();
}

void HeatmapCanvas::wheelEvent(QWheelEvent* event) {
    if (m_figure.matrix.size() == 0) return;
    const float steps = static_cast<float>(event->angleDelta().y()) / 120.0F;
    zoom(std::pow(zoomStep, steps), event->position().toPoint());
    pointAt(cellAt(event->position().toPoint()));
    event->accept();
}

void HeatmapCanvas::mousePressEvent(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    if (event->button() == Qt::LeftButton && m_labels.contains(point)) {
        if (const auto column = columnAt(point.x())) {
            m_maskFrom = column;
            const auto at = static_cast<std::size_t>(*column);
            m_dragMasks = at >= m_figure.columnMasked.size() || !m_figure.columnMasked[at];
            m_maskedTo = *column;
            emit maskRequested({*column}, m_dragMasks);
        }
    } else if (event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton) {
        m_panFrom = point;
        pointAt(cellAt(point));
    }
}

void HeatmapCanvas::dragMaskTo(int column) {
    std::vector<std::int64_t> timesteps;
    const int step = column > m_maskedTo ? 1 : -1;
    while (m_maskedTo != column) timesteps.push_back(m_maskedTo += step);
    if (!timesteps.empty()) emit maskRequested(timesteps, m_dragMasks);
}

void HeatmapCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    if (m_maskFrom) {
        if (const auto column = columnAt(std::clamp(point.x(), m_map.left(), m_map.right()))) dragMaskTo(*column);
        return;
    }
    if (m_panFrom) {
        const QPoint moved = point - *m_panFrom;
        m_viewport.pan({static_cast<float>(moved.x()), static_cast<float>(moved.y())});
        m_panFrom = point;
        update();
    }
    setCursor(m_labels.contains(point) ? Qt::PointingHandCursor : m_panFrom ? Qt::ClosedHandCursor : Qt::CrossCursor);
    pointAt(cellAt(point));
}

void HeatmapCanvas::mouseReleaseEvent(QMouseEvent*) {
    m_panFrom.reset();
    m_maskFrom.reset();
}

void HeatmapCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    if (m_labels.contains(event->position().toPoint())) {
        mousePressEvent(event);  // two quick clicks on labels are two toggles
        return;
    }
    m_viewport.fit(Fit::Stretch);
    update();
}

void HeatmapCanvas::leaveEvent(QEvent*) {
    if (!hasFocus()) pointAt(std::nullopt);
}

void HeatmapCanvas::keyPressEvent(QKeyEvent* event) {
    if (m_figure.matrix.size() == 0) return QWidget::keyPressEvent(event);
    switch (event->key()) {
        case Qt::Key_Left:
            return movePointed(-1, 0);
        case Qt::Key_Right:
            return movePointed(1, 0);
        case Qt::Key_Up:
            return movePointed(0, -1);
        case Qt::Key_Down:
            return movePointed(0, 1);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(zoomStep, m_map.center());
        case Qt::Key_Minus:
            return zoom(1.0F / zoomStep, m_map.center());
        case Qt::Key_0:
            m_viewport.fit(Fit::Stretch);
            return update();
        case Qt::Key_Space:
            if (m_pointed && !event->isAutoRepeat()) {
                const auto at = static_cast<std::size_t>(m_pointed->column);
                emit maskRequested({m_pointed->column}, at >= m_figure.columnMasked.size() || !m_figure.columnMasked[at]);
            }
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void HeatmapCanvas::paintEvent(QPaintEvent*) {
    if (m_figure.matrix.size() == 0) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_context.series) paintSeries(painter);
    paintMarginal(painter);
    paintMap(painter);
    paintMasked(painter);
    if (!m_figure.annotation.empty()) paintAnnotation(painter);
    paintLabels(painter);
    paintCrosshair(painter);
}

}  // namespace attnscope
