#pragma once

#include "figure/device_map.h"
#include "figure/figure.h"
#include "views/column_canvas.h"

#include <QImage>

namespace attnscope {

/// What a HeatmapCanvas shows besides the map itself.
struct HeatmapContext {
    std::vector<float> perTimestep;  ///< the weights' mean per timestep
    TensorPtr series;                ///< [time, feature] of a numeric sequence; null for a text
    std::vector<std::string> seriesNames;
    /// Where the cells lie, if they were left on a device: the figure has none then, and the map is painted there.
    std::optional<MapRequest> onDevice;
};

/// The map inside a HeatmapView with what is aligned to its columns: the sequence above, mask, labels and events below.
class HeatmapCanvas : public ColumnCanvas {
    Q_OBJECT
public:
    explicit HeatmapCanvas(QWidget* parent = nullptr);

    /// Keeps zoom and place while the map has the same number of cells.
    void setMap(HeatmapFigure figure, HeatmapContext context, const FigureStyle& style);

    /// Shows the cells of a map on a device; an older picture stands in, moved and stretched, until the right one is
    /// there.
    void setPicture(const MapPicture& picture);

    /// The map's rectangle in this widget.
    [[nodiscard]] QRect mapRect() const { return plotRect(); }
    [[nodiscard]] QString readOut() const override;

    [[nodiscard]] QSize sizeHint() const override { return {640, 360}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 200}; }

signals:
    /// The part of the map that is on show has to be painted where its cells lie.
    void pictureWanted(const attnscope::MapRequest& request);

protected:
    void paintEvent(QPaintEvent* event) override;
    void arrange() override;
    void paintData(QPainter& painter) const override;
    void paintCrosshair(QPainter& painter) const override;

private:
    [[nodiscard]] bool isSingleRow() const { return rows() == 1; }
    [[nodiscard]] std::int64_t rows() const;
    [[nodiscard]] std::optional<float> weightAt(const Cell& cell) const;
    [[nodiscard]] MapRequest wantedPicture() const;
    void paintPicture(QPainter& painter) const;
    /// Room for what the rows are called.
    [[nodiscard]] int gutter() const;
    [[nodiscard]] std::size_t seriesShown() const;
    void paintMap(QPainter& painter) const;
    void paintSeries(QPainter& painter) const;
    void paintMarginal(QPainter& painter) const;
    void paintRowLabels(QPainter& painter) const;
    void paintAnnotation(QPainter& painter) const;

    HeatmapFigure m_figure;
    HeatmapContext m_context;
    std::optional<MapRequest> m_asked;  ///< for the picture to come, or that is there
    std::optional<MapRequest> m_shown;  ///< that m_picture is the answer to
    QImage m_picture;
    QRect m_series;
    QRect m_marginal;
    QRect m_annotation;
};

}  // namespace attnscope
