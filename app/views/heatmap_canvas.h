#pragma once

#include "figure/figure.h"
#include "views/column_canvas.h"

namespace attnscope {

/// What a HeatmapCanvas shows besides the map itself.
struct HeatmapContext {
    std::vector<float> perTimestep;  ///< the weights' mean per timestep
    TensorPtr series;                ///< [time, feature] of a numeric sequence; null for a text
    std::vector<std::string> seriesNames;
};

/// The map inside a HeatmapView with what is aligned to its columns: the sequence above, mask, labels and events below.
class HeatmapCanvas : public ColumnCanvas {
    Q_OBJECT
public:
    explicit HeatmapCanvas(QWidget* parent = nullptr);

    /// Keeps zoom and place while the map has the same number of cells.
    void setMap(HeatmapFigure figure, HeatmapContext context, const FigureStyle& style);

    /// The map's rectangle in this widget.
    [[nodiscard]] QRect mapRect() const { return plotRect(); }
    [[nodiscard]] QString readOut() const override;

    [[nodiscard]] QSize sizeHint() const override { return {640, 360}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 200}; }

protected:
    void arrange() override;
    void paintData(QPainter& painter) const override;
    void paintCrosshair(QPainter& painter) const override;

private:
    [[nodiscard]] bool isSingleRow() const { return m_figure.matrix.dim(0) == 1; }
    [[nodiscard]] std::size_t seriesShown() const;
    void paintMap(QPainter& painter) const;
    void paintSeries(QPainter& painter) const;
    void paintMarginal(QPainter& painter) const;
    void paintRowLabels(QPainter& painter) const;
    void paintAnnotation(QPainter& painter) const;

    HeatmapFigure m_figure;
    HeatmapContext m_context;
    QRect m_series;
    QRect m_marginal;
    QRect m_annotation;
};

}  // namespace attnscope
