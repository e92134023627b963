#pragma once

#include "figure/parts.h"
#include "figure/text_kit.h"
#include "views/heatmap_canvas.h"
#include "views/view.h"
#include "views/view_states.h"

#include <QCoreApplication>
#include <QMouseEvent>
#include <QWheelEvent>

#include <utility>
#include <vector>

namespace attnscope::test {

using Timesteps = std::vector<std::int64_t>;

/// What a view asked to be masked, one entry per request.
struct Requests {
    std::vector<std::pair<Timesteps, bool>> all;

    explicit Requests(View& view) {
        QObject::connect(&view, &View::maskRequested, &view,
                         [this](const Timesteps& timesteps, bool masked) { all.emplace_back(timesteps, masked); });
    }
    [[nodiscard]] Timesteps together() const {
        Timesteps joined;
        for (const auto& [timesteps, masked] : all) joined.insert(joined.end(), timesteps.begin(), timesteps.end());
        return joined;
    }
};

/// What a view said the pointer is at.
struct Pointed {
    QString name;
    Timesteps index;
};

/// Turns the wheel over a place.
inline void wheel(QWidget& widget, QPoint at, int delta) {
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, delta}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(&widget, &event);
}

/// QTest::mouseMove() sends nothing where the pointer happens to be already.
inline void pointAt(QWidget& widget, QPoint at) {
    QMouseEvent event(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&widget, &event);
}

/// The middle of a column under the data, where labels are.
inline QPoint labelOf(const ColumnCanvas& canvas, int column) {
    const PixelRect cell = canvas.viewport().rectOf({column, 0});
    return {canvas.plotRect().left() + static_cast<int>((cell.low.x + cell.high.x) / 2), canvas.labelRect().top() + 8};
}

/// The middle of a cell of the map.
inline QPoint cellCentre(const HeatmapCanvas& canvas, int column, int row) {
    const PixelRect cell = canvas.viewport().rectOf({column, row});
    return canvas.mapRect().topLeft() +
           QPoint(static_cast<int>((cell.low.x + cell.high.x) / 2), static_cast<int>((cell.low.y + cell.high.y) / 2));
}

/// The colour of a pixel as it is painted.
inline QColor colorAt(QWidget& widget, QPoint point) {
    return widget.grab().toImage().pixelColor(point);
}

/// The colour that a number has in the state's colour map.
inline QColor expectedColor(const ViewState& state, float value, const Range& range) {
    return figures::toColor(figures::colorMapNamed(state.display.colorMap).colorAt(range.normalized(value)));
}

/// A site of four words without padding.
inline ViewState fourWords() {
    return handMadeState({.words = {"a", "gorgeous", "witty", "film"}});
}

}  // namespace attnscope::test
