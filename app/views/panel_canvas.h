#pragma once

#include "figure/figure.h"
#include "figure/panel_parts.h"
#include "views/column_canvas.h"

namespace attnscope {

/// Panels over shared columns: the canvas of the Stages, Output and Mask views. Rows are counted through all panels,
/// from the first row of the first one.
class PanelCanvas : public ColumnCanvas {
    Q_OBJECT
public:
    explicit PanelCanvas(QWidget* parent = nullptr);

    /// `maskable`: the columns are timesteps; pressing on a panel of a mask masks as it does on the labels.
    void setPanels(PanelFigure figure, bool maskable, const FigureStyle& style);

    /// Marks the panel of this value, be it on show already or later; empty for none.
    void markValue(const std::string& valueName);

    [[nodiscard]] const PanelFigure& figure() const { return m_figure; }
    /// Where the data of a panel stands.
    [[nodiscard]] QRect plotOf(std::size_t panel) const { return m_layout.plots[panel].toRect(); }

    /// A row of a panel, and the crosshair's column.
    struct Place {
        std::size_t panel = 0;
        std::int64_t row = 0;
        std::int64_t column = 0;
    };
    [[nodiscard]] std::optional<Place> pointedPlace() const;
    [[nodiscard]] QString readOut() const override;

    [[nodiscard]] QSize sizeHint() const override { return {640, 360}; }
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void arrange() override;
    void paintData(QPainter& painter) const override;
    void paintCrosshair(QPainter& painter) const override;
    [[nodiscard]] std::optional<Cell> cellAt(QPoint point) const override;
    [[nodiscard]] bool masksAt(QPoint point) const override;

private:
    /// The value that a panel shows at the crosshair: of the pointed row, where it has as many rows as the pointed
    /// panel.
    [[nodiscard]] QString valueText(std::size_t panel, const Place& pointed) const;
    [[nodiscard]] std::optional<std::size_t> panelAt(QPoint point) const;

    PanelFigure m_figure;
    std::string m_marked;
    figures::PanelLayout m_layout;
};

}  // namespace attnscope
