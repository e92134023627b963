#include "heatmap/raster.h"

#include "heatmap/cell_spans.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace attnscope {
namespace {

float mean(const float* data, std::int64_t stride, CellSpan rows, CellSpan columns) {
    double sum = 0.0;
    for (std::int64_t row = rows.first; row < rows.end; ++row) {
        for (std::int64_t column = columns.first; column < columns.end; ++column) sum += data[row * stride + column];
    }
    return static_cast<float>(sum / static_cast<double>(rows.size() * columns.size()));
}

/// The value for which `rank` is largest, or NaN if there is one.
template <typename Rank>
float largest(const float* data, std::int64_t stride, CellSpan rows, CellSpan columns, Rank rank) {
    float best = data[rows.first * stride + columns.first];
    for (std::int64_t row = rows.first; row < rows.end; ++row) {
        for (std::int64_t column = columns.first; column < columns.end; ++column) {
            const float value = data[row * stride + column];
            if (std::isnan(value)) return value;
            if (rank(value) > rank(best)) best = value;
        }
    }
    return best;
}

}  // namespace

Image rasterize(const Tensor& matrix, const Range& range, const ColorMap& map, const Viewport& viewport, int width,
                int height, Aggregation aggregation) {
    assert(matrix.rank() == 2 && matrix.dim(0) == viewport.cells().y && matrix.dim(1) == viewport.cells().x);
    assert(width >= 0 && height >= 0);
    const std::int64_t stride = matrix.dim(1);
    const float* data = matrix.data().data();
    const std::vector<CellSpan> columns = cellSpans(width, stride, viewport.scale().x, viewport.offset().x);
    const std::vector<CellSpan> rows = cellSpans(height, matrix.dim(0), viewport.scale().y, viewport.offset().y);
    const float middle = range.valueAt(0.5F);

    const auto valueOf = [&](CellSpan row, CellSpan column) {
        if (row.size() == 1 && column.size() == 1) return data[row.first * stride + column.first];
        if (aggregation == Aggregation::Mean) return mean(data, stride, row, column);
        if (map.kind == ColorMapKind::Diverging) {
            return largest(data, stride, row, column, [middle](float value) { return std::abs(value - middle); });
        }
        return largest(data, stride, row, column, [](float value) { return value; });
    };

    Image image{width, height, std::vector<std::uint8_t>(4 * columns.size() * rows.size(), 0)};
    const std::size_t rowBytes = 4 * columns.size();
    for (std::size_t y = 0; y < rows.size(); ++y) {
        if (rows[y].isEmpty()) continue;
        std::uint8_t* line = image.rgba.data() + y * rowBytes;
        if (y > 0 && rows[y] == rows[y - 1]) {
            std::memcpy(line, line - rowBytes, rowBytes);
            continue;
        }
        for (std::size_t x = 0; x < columns.size(); ++x) {
            if (columns[x].isEmpty()) continue;
            std::uint8_t* pixel = line + 4 * x;
            if (x > 0 && columns[x] == columns[x - 1]) {
                std::copy_n(pixel - 4, 4, pixel);
                continue;
            }
            const Rgb color = map.colorAt(range.normalized(valueOf(rows[y], columns[x])));
            pixel[0] = color.red;
            pixel[1] = color.green;
            pixel[2] = color.blue;
            pixel[3] = 255;
        }
    }
    return image;
}

}  // namespace attnscope
