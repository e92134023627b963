#include "heatmap/raster.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace attnscope {
namespace {

/// The cells [first, end) along one axis that a pixel stands for.
struct Span {
    std::int64_t first = 0;
    std::int64_t end = 0;

    [[nodiscard]] bool isEmpty() const { return first >= end; }
    bool operator==(const Span&) const = default;
};

std::vector<Span> spansOf(int pixels, std::int64_t cells, double scale, double offset) {
    const auto clamped = [&](double cell) {
        return static_cast<std::int64_t>(std::clamp(cell, 0.0, static_cast<double>(cells)));
    };
    std::vector<Span> spans(static_cast<std::size_t>(pixels));
    for (int pixel = 0; pixel < pixels; ++pixel) {
        Span& span = spans[static_cast<std::size_t>(pixel)];
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

float mean(const float* data, std::int64_t stride, Span rows, Span columns) {
    double sum = 0.0;
    for (std::int64_t row = rows.first; row < rows.end; ++row) {
        for (std::int64_t column = columns.first; column < columns.end; ++column) sum += data[row * stride + column];
    }
    return static_cast<float>(sum / static_cast<double>((rows.end - rows.first) * (columns.end - columns.first)));
}

/// The value for which `rank` is largest, or NaN if there is one.
template <typename Rank>
float largest(const float* data, std::int64_t stride, Span rows, Span columns, Rank rank) {
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
    const std::vector<Span> columns = spansOf(width, stride, viewport.scale().x, viewport.offset().x);
    const std::vector<Span> rows = spansOf(height, matrix.dim(0), viewport.scale().y, viewport.offset().y);
    const float middle = range.valueAt(0.5F);

    const auto valueOf = [&](Span row, Span column) {
        if (row.end - row.first == 1 && column.end - column.first == 1) return data[row.first * stride + column.first];
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
