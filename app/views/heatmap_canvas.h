#pragma once

#include "figure/figure.h"
#include "figure/figure_style.h"
#include "figure/view_state.h"
#include "heatmap/viewport.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace attnscope {

/// What a HeatmapCanvas shows besides the map itself.
struct HeatmapContext {
    std::vector<float> perTimestep;       ///< the weights' mean per timestep
    TensorPtr series;                     ///< [time, feature] of a numeric sequence; null for a text
    std::vector<std::string> seriesNames;
};

/// The map inside a HeatmapView with what is aligned to its columns: the sequence above, mask, labels and events below.
class HeatmapCanvas : public QWidget {
    Q_OBJECT
public:
    explicit HeatmapCanvas(QWidget* parent = nullptr);

    /// Keeps zoom and place while the map has the same number of cells.
    void setMap(HeatmapFigure figure, HeatmapContext context, const FigureStyle& style);

    [[nodiscard]] const Viewport& viewport() const { return m_viewport; }
    /// The map's rectangle in this widget.
    [[nodiscard]] QRect mapRect() const { return m_map; }
    /// The row of labels under the map, where clicking and dragging masks.
    [[nodiscard]] QRect labelRect() const { return m_labels; }
    [[nodiscard]] std::optional<Cell> pointedCell() const { return m_pointed; }
    /// What the crosshair is on, exactly.
    [[nodiscard]] QString readOut() const;

    [[nodiscard]] QSize sizeHint() const override { return {640, 360}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 200}; }

signals:
    void maskRequested(const std::vector<std::int64_t>& timesteps, bool masked);
    /// The crosshair moved, or left the map.
    void pointedAtChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void arrange();
    [[nodiscard]] bool isSingleRow() const { return m_figure.matrix.dim(0) == 1; }
    [[nodiscard]] std::optional<Cell> cellAt(QPoint point) const;
    [[nodiscard]] std::optional<int> columnAt(int x) const;
    void pointAt(std::optional<Cell> cell);
    void movePointed(int columns, int rows);
    void zoom(float factor, QPoint about);
    void dragMaskTo(int column);
    [[nodiscard]] QRectF columnRect(int column, const QRect& strip) const;

    void paintMap(QPainter& painter) const;
    void paintMasked(QPainter& painter) const;
    void paintSeries(QPainter& painter) const;
    void paintMarginal(QPainter& painter) const;
    void paintLabels(QPainter& painter) const;
    void paintAnnotation(QPainter& painter) const;
    void paintCrosshair(QPainter& painter) const;

    HeatmapFigure m_figure;
    HeatmapContext m_context;
    FigureStyle m_style;
    Viewport m_viewport{{1, 1}, {1.0F, 1.0F}};
    QRect m_series;
    QRect m_marginal;
    QRect m_map;
    QRect m_annotation;
    QRect m_labels;
    std::optional<Cell> m_pointed;
    std::optional<QPoint> m_panFrom;
    std::optional<int> m_maskFrom;  ///< column where a drag over the labels began
    int m_maskedTo = 0;
    bool m_dragMasks = true;
};

}  // namespace attnscope
