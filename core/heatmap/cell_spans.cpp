#include "heatmap/cell_spans.h"

#include <algorithm>
#include <cmath>

namespace attnscope {

std::vector<CellSpan> cellSpans(int pixels, std::int64_t cells, double scale, double offset) {
    const auto clamped = [&](double cell) {
        return static_cast<std::int64_t>(std::clamp(cell, 0.0, static_cast<double>(cells)));
    };
    std::vector<CellSpan> spans(static_cast<std::size_t>(pixels));
    for (int pixel = 0; pixel < pixels; ++pixel) {
        CellSpan& span = spans[static_cast<std::size_t>(pixel)];
        if (scale >= 1.0) {
            const double cell = std::floor((pixel + 0.5 - offset) / scale);
            span = {clamped(cell), clamped(cell + 1.0)};
        } else {
            span = {clamped(std::ceil((pixel - offset) / scale - 0.5)),
                    clamped(std::ceil((pixel + 1 - offset) / scale - 0.5))};
        }
    }
    return spans;
}

}  // namespace attnscope
