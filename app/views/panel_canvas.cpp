#include "views/panel_canvas.h"

#include "figure/text_kit.h"
#include "theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

constexpr int edge = 2 * Theme::unit;
/// Where the values under the crosshair stand, right of the plots.
constexpr int valueWidth = 9 * Theme::unit;

int rowsOf(const PanelFigure& figure) {
    std::int64_t rows = 0;
    for (const Panel& panel : figure.panels) rows += panel.matrix.dim(0);
    return static_cast<int>(rows);
}

}  // namespace

PanelCanvas::PanelCanvas(QWidget* parent) : ColumnCanvas(parent) {}

void PanelCanvas::setPanels(PanelFigure figure, bool maskable, const FigureStyle& style) {
    m_figure = std::move(figure);
    Columns columns;
    columns.count = m_figure.panels.empty() ? 0 : static_cast<std::size_t>(m_figure.panels.front().matrix.dim(1));
    columns.labels = m_figure.columnLabels;
    columns.masked = m_figure.columnMasked;
    columns.axis = maskable ? "timestep" : m_figure.columnAxis;
    columns.maskable = maskable;
    setColumns(std::move(columns), rowsOf(m_figure), false, style);
    updateGeometry();
}

QSize PanelCanvas::minimumSizeHint() const {
    return {320, static_cast<int>(std::min(figures::smallestPanelsHeight(m_figure), 480.0)) + 10 * Theme::unit};
}

void PanelCanvas::arrange() {
    const int wide = width() - 2 * edge - valueWidth;
    int labels = 0;
    // The gutter does not depend on the height, nor the labels' height on more than the plots' width.
    for (int pass = 0; pass < 2; ++pass) {
        m_layout = figures::layoutPanels(m_figure, style(), QRectF(edge, edge, wide, height() - 2 * edge - labels));
        if (m_layout.plots.empty()) return place(QRect(edge, edge, std::max(wide, 8), 8), height());
        labels = labelHeight(static_cast<int>(m_layout.plots.front().width()));
    }
    const QRectF& first = m_layout.plots.front();
    const QRectF plot(first.topLeft(), m_layout.plots.back().bottomRight());
    place(plot.toRect(), static_cast<int>(std::ceil(plot.bottom())));
}

std::optional<std::size_t> PanelCanvas::panelAt(QPoint point) const {
    if (!plotRect().contains(point)) return std::nullopt;
    // Between two panels the nearer one answers.
    std::optional<std::size_t> nearest;
    qreal distance = height();
    for (std::size_t i = 0; i < m_layout.plots.size(); ++i) {
        const QRectF& plot = m_layout.plots[i];
        const qreal y = point.y() + 0.5;
        const qreal away = std::max({plot.top() - y, y - plot.bottom(), 0.0});
        if (away >= distance) continue;
        distance = away;
        nearest = i;
    }
    return nearest;
}

std::optional<Cell> PanelCanvas::cellAt(QPoint point) const {
    const auto panel = panelAt(point);
    const auto column = columnAt(point.x());
    if (!panel || !column) return std::nullopt;
    std::int64_t row = 0;
    for (std::size_t i = 0; i < *panel; ++i) row += m_figure.panels[i].matrix.dim(0);
    const QRectF& plot = m_layout.plots[*panel];
    const std::int64_t rows = m_figure.panels[*panel].matrix.dim(0);
    const auto inside =
        static_cast<std::int64_t>((point.y() + 0.5 - plot.top()) / plot.height() * static_cast<qreal>(rows));
    return Cell{*column, static_cast<int>(row + std::clamp<std::int64_t>(inside, 0, rows - 1))};
}

bool PanelCanvas::masksAt(QPoint point) const {
    if (ColumnCanvas::masksAt(point)) return true;
    const auto panel = panelAt(point);
    return columns().maskable && panel && m_figure.panels[*panel].kind == PanelKind::Mask;
}

std::optional<PanelCanvas::Place> PanelCanvas::pointedPlace() const {
    const auto cell = pointedCell();
    if (!cell) return std::nullopt;
    std::int64_t row = cell->row;
    for (std::size_t panel = 0; panel < m_figure.panels.size(); ++panel) {
        const std::int64_t rows = m_figure.panels[panel].matrix.dim(0);
        if (row < rows) return Place{panel, row, cell->column};
        row -= rows;
    }
    return std::nullopt;
}

QString PanelCanvas::valueText(std::size_t index, const Place& pointed) const {
    const Panel& panel = m_figure.panels[index];
    const std::int64_t rows = panel.matrix.dim(0);
    if (rows > 1 && rows != m_figure.panels[pointed.panel].matrix.dim(0)) return {};
    const std::int64_t row = rows > 1 ? pointed.row : 0;
    const auto place = static_cast<std::size_t>(row * panel.matrix.dim(1) + pointed.column);
    return figures::compactNumber(static_cast<double>(panel.matrix[place]), 4);
}

QString PanelCanvas::readOut() const {
    const auto pointed = pointedPlace();
    if (!pointed) return {};
    QStringList parts{columnText(static_cast<int>(pointed->column))};
    for (std::size_t i = 0; i < m_figure.panels.size(); ++i) {
        const Panel& panel = m_figure.panels[i];
        const QString value = valueText(i, *pointed);
        if (value.isEmpty()) continue;
        QString name = figures::displayText(panel.name);
        if (panel.kind == PanelKind::Map) {
            const auto row = static_cast<std::size_t>(pointed->row);
            name += QStringLiteral("[%1]").arg(row < panel.rowLabels.size() ? figures::displayText(panel.rowLabels[row])
                                                                            : QString::number(row));
        }
        QString text = name + QLatin1Char(' ') + value;
        if (!panel.reference.empty()) {
            const auto before = static_cast<double>(panel.reference[static_cast<std::size_t>(pointed->column)]);
            const auto after = static_cast<double>(panel.matrix[static_cast<std::size_t>(pointed->column)]);
            text += tr(" (model %1, Δ %2)")
                        .arg(figures::compactNumber(before, 4), figures::compactNumber(after - before, 3));
        }
        parts << text;
    }
    return parts.join(QStringLiteral("  ·  "));
}

void PanelCanvas::paintData(QPainter& painter) const {
    for (std::size_t i = 0; i < m_figure.panels.size(); ++i)
        figures::paintPanel(painter, style(), m_figure, m_layout, i, viewport());
    // A bar at the edge, as the list of texts has for what is chosen.
    for (std::size_t i = 0; i < m_figure.panels.size(); ++i) {
        if (m_marked.empty() || m_figure.panels[i].valueName != m_marked) continue;
        const QRectF& plot = m_layout.plots[i];
        painter.fillRect(QRectF(0.0, plot.top(), Theme::unit / 2.0, plot.height()), style().accent);
    }
}

void PanelCanvas::markValue(const std::string& valueName) {
    m_marked = valueName;
    update();
}

/// The column through all panels, and beside each of them its value there.
void PanelCanvas::paintCrosshair(QPainter& painter) const {
    ColumnCanvas::paintCrosshair(painter);
    const auto pointed = pointedPlace();
    if (!pointed) return;
    const QFont font = figures::numberFontOf(style(), style().labelSize);
    for (std::size_t i = 0; i < m_figure.panels.size(); ++i) {
        const QRectF& plot = m_layout.plots[i];
        const bool isPointed = i == pointed->panel;
        figures::drawText(painter, font, isPointed ? style().accent : style().text,
                          {plot.right() + Theme::unit, plot.center().y()}, Qt::AlignLeft | Qt::AlignVCenter,
                          valueText(i, *pointed));
    }
    if (m_figure.panels[pointed->panel].kind != PanelKind::Map) return;
    const QRectF& plot = m_layout.plots[pointed->panel];
    const qreal high = plot.height() / static_cast<qreal>(m_figure.panels[pointed->panel].matrix.dim(0));
    const qreal y = plot.top() + (static_cast<qreal>(pointed->row) + 0.5) * high;
    QColor line = style().accent;
    line.setAlpha(170);
    painter.setPen(QPen(line, 1));
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
}

}  // namespace attnscope
