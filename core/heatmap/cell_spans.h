#pragma once

#include <cstdint>
#include <vector>

namespace attnscope {

/// The cells [first, end) that a pixel stands for along one axis; none if first ≥ end.
struct CellSpan {
    std::int64_t first = 0;
    std::int64_t end = 0;

    [[nodiscard]] bool isEmpty() const { return first >= end; }
    [[nodiscard]] std::int64_t size() const { return isEmpty() ? 0 : end - first; }
    bool operator==(const CellSpan&) const = default;
};

/// The spans of pixels 0, 1, … by the conventions of rasterize(): `scale` pixels per cell, the first cell at `offset`.
[[nodiscard]] std::vector<CellSpan> cellSpans(int pixels, std::int64_t cells, double scale, double offset);

}  // namespace attnscope
