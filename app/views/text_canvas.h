#pragma once

#include "figure/text_layout.h"
#include "figure/view_state.h"

#include <QWidget>

#include <optional>
#include <set>
#include <vector>

namespace attnscope {

/// The text itself inside a TextView: laid out for its width, painted where it is visible, and edited by pointing.
class TextCanvas : public QWidget {
    Q_OBJECT
public:
    explicit TextCanvas(QWidget* parent = nullptr);

    /// Keeps lines and keyboard's place while the text and its tokens are the same.
    void setText(TextFigure figure, const ViewState& state);
    /// Where the tokens are also the queries: which of them the weights are shown for, if one is.
    void setQueries(bool areQueries, std::optional<std::int64_t> chosen);
    /// The middle of a timestep's token, in this widget's coordinates; of padding, the middle of its chip.
    [[nodiscard]] std::optional<QPoint> centreOf(std::int64_t timestep) const;
    /// The timestep that the keyboard is at; of padding, the first.
    [[nodiscard]] std::optional<std::int64_t> cursorTimestep() const;
    /// What is said of a piece when it is pointed at.
    [[nodiscard]] QString describe(std::size_t piece) const;

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;

signals:
    void maskRequested(const std::vector<std::int64_t>& timesteps, bool masked);
    /// An element of the weights (by the value's name) is pointed at; an empty name means none.
    void weightPointedAt(const QString& valueName, const std::vector<std::int64_t>& index);
    /// The person wants to see what the token at this timestep attends to, or, with none, what all attend to on
    /// average.
    void queryRequested(const std::optional<std::int64_t>& timestep);
    /// The keyboard's token moved: it should be scrolled into view.
    void cursorMoved(const QRect& place);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// What can be masked with one click: a token, or all padding.
    struct Stop {
        std::size_t piece = 0;  ///< the number of pieces for the padding
        std::vector<std::int64_t> timesteps;
        bool masked = false;
    };

    void findStops();
    [[nodiscard]] const std::vector<QRectF>& placesOf(const Stop& stop) const;
    [[nodiscard]] std::optional<std::size_t> stopAt(QPoint point) const;
    void pointAt(std::optional<std::size_t> stop);
    [[nodiscard]] QString describePadding() const;
    [[nodiscard]] std::optional<std::size_t> pieceAt(QPoint point) const;
    void dragTo(std::size_t stop);
    void moveCursor(int step, bool extend);
    void moveCursorLines(int lines, bool extend);
    void toggleSelection();
    [[nodiscard]] QString caption() const;
    /// In pixels, broken into lines of this width.
    [[nodiscard]] int captionHeight(int width) const;
    void paintModelStrips(QPainter& painter, const QRectF& visible) const;
    void paintCursor(QPainter& painter) const;
    void chooseQuery(std::size_t stop);
    void paintQuery(QPainter& painter) const;

    std::optional<figures::TextLayout> m_layout;
    RecordPtr m_model;
    RecordPtr m_whatIf;
    std::string m_site;
    std::vector<Stop> m_stops;  ///< in the order of the text
    std::optional<std::size_t> m_pointedStop;
    int m_laidOutWidth = 0;

    // A drag masks or unmasks everything between its first token and the pointer.
    std::optional<std::size_t> m_dragStart;  ///< place in m_stops
    bool m_dragMasks = true;
    std::set<std::size_t> m_dragged;

    bool m_areQueries = false;
    std::optional<std::int64_t> m_query;

    int m_cursor = 0;  ///< place in m_stops
    int m_anchor = 0;
};

}  // namespace attnscope
