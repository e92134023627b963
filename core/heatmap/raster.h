#pragma once

#include "heatmap/color_map.h"
#include "heatmap/range.h"
#include "heatmap/viewport.h"
#include "tensor/tensor.h"

#include <cstdint>
#include <vector>

namespace attnscope {

/// What a pixel shows that stands for several cells.
enum class Aggregation {
    Max,   ///< the largest value, so that no peak vanishes; on a diverging map the one farthest from the middle
    Mean,  ///< their arithmetic mean
};

/// Pixels as red, green, blue and alpha bytes (alpha not premultiplied), row by row from the top.
struct Image {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgba;
};

/// Paints the part of `matrix` [rows, columns] that `viewport` shows into width × height pixels. The viewport's cells
/// must be the matrix's; width and height usually are its pixels.
///
/// The conventions, which a compute shader must share, hold for each axis by itself (s pixels per cell, first cell at
/// o):
///  - s ≥ 1: pixel x shows the cell that holds its centre, floor((x + 0.5 − o) / s).
///  - s < 1: pixel x stands for the cells whose centres it holds, ceil((x − o) / s − 0.5) ≤ c < ceil((x + 1 − o) / s −
///  0.5):
///    every cell belongs to exactly one pixel.
///  - A pixel with no cell is transparent (0, 0, 0, 0); all others are opaque.
///  - Aggregation takes a pixel's cells row by row; if any is NaN, so is the pixel. Of equally far values, Max takes
///  the
///    first. The middle of a diverging map is the range's.
///  - The colour is map.colorAt(range.normalized(value)).
/// Costs one step for each pixel and each visible cell.
[[nodiscard]] Image rasterize(const Tensor& matrix, const Range& range, const ColorMap& map, const Viewport& viewport,
                              int width, int height, Aggregation aggregation);

}  // namespace attnscope
