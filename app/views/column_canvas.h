#pragma once

#include "figure/figure_style.h"
#include "heatmap/viewport.h"

#include <QPixmap>
#include <QWidget>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// What stands in the columns of a canvas.
struct Columns {
    std::size_t count = 0;
    std::vector<std::string> labels;  ///< one per column, or empty: numbered from 0
    std::vector<bool> masked;         ///< one per column, or empty
    std::string axis;                 ///< what a column is: "timestep", "unit"
    bool maskable = false;            ///< clicking and dragging over the labels masks

    [[nodiscard]] bool isMasked(int column) const;
};

/// A canvas of data in columns: what the Heatmap, Stages, Output and Mask views have in common. Wheel, drag and keys
/// zoom and pan, the crosshair shares its column with all rows, the labels underneath are where timesteps are masked.
class ColumnCanvas : public QWidget {
    Q_OBJECT
public:
    explicit ColumnCanvas(QWidget* parent = nullptr);

    [[nodiscard]] const Viewport& viewport() const { return m_viewport; }
    /// Where the columns' data stands, from the first row of it to the last.
    [[nodiscard]] QRect plotRect() const { return m_plot; }
    [[nodiscard]] QRect labelRect() const { return m_labels; }
    /// Where the crosshair is: a column, and a row as the kind of canvas counts them.
    [[nodiscard]] std::optional<Cell> pointedCell() const { return m_pointed; }
    /// What the crosshair is on, exactly; what can be done where there is none.
    [[nodiscard]] virtual QString readOut() const = 0;

signals:
    void maskRequested(const std::vector<std::int64_t>& timesteps, bool masked);
    /// The crosshair moved, or left.
    void pointedAtChanged();
    /// A click on the data that was no drag.
    void clicked();

protected:
    /// Keeps zoom, place and crosshair while there are as many columns and rows; `zoomRows` for rows that zoom too.
    void setColumns(Columns columns, int rows, bool zoomRows, const FigureStyle& style);
    /// Says where the data (its columns' edges) and the top of the labels are; called by arrange().
    void place(const QRect& plot, int labelTop);
    /// The height of the labels for columns spread over `width`.
    [[nodiscard]] int labelHeight(int width) const;
    /// Paints everything again, not only the crosshair.
    void refresh();

    /// Lays everything out for this size; ends with place().
    virtual void arrange() = 0;
    virtual void paintData(QPainter& painter) const = 0;
    virtual void paintCrosshair(QPainter& painter) const;
    [[nodiscard]] virtual std::optional<Cell> cellAt(QPoint point) const;
    /// Whether pressing here masks rather than pans.
    [[nodiscard]] virtual bool masksAt(QPoint point) const;

    [[nodiscard]] const Columns& columns() const { return m_columns; }
    [[nodiscard]] const FigureStyle& style() const { return m_style; }
    [[nodiscard]] std::optional<int> columnAt(int x) const;
    [[nodiscard]] QRectF columnRect(int column, const QRectF& strip) const;
    /// "timestep 17 “gorgeous”".
    [[nodiscard]] QString columnText(int column) const;
    void paintLabels(QPainter& painter) const;

    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void pointAt(std::optional<Cell> cell);
    void movePointed(int columns, int rows);
    void zoom(float factor, QPointF about);
    void dragMaskTo(int column);
    void paintTag(QPainter& painter) const;
    [[nodiscard]] FigureStyle labelStyle() const;

    Columns m_columns;
    int m_rows = 1;
    bool m_zoomRows = false;
    FigureStyle m_style;
    Viewport m_viewport{{1, 1}, {1.0F, 1.0F}};
    QRect m_plot;
    QRect m_labels;
    QPixmap m_picture;  ///< everything but the crosshair, so that this follows the pointer however much there is
    bool m_stale = true;
    std::optional<Cell> m_pointed;
    std::optional<QPoint> m_pressed;
    std::optional<QPoint> m_panFrom;
    std::optional<int> m_maskedTo;  ///< where a drag that masks has come to
    bool m_dragMasks = true;
};

}  // namespace attnscope
