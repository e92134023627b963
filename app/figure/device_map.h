#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "heatmap/raster.h"
#include "inspect/record.h"

#include <cstdint>
#include <optional>
#include <string>

namespace attnscope {

/// Where the cells of a value with time from left to right are among its numbers. Everything counts elements.
struct MapLayout {
    std::int64_t rows = 1;
    std::int64_t columns = 0;  ///< timesteps
    std::int64_t rowStride = 0;
    std::int64_t columnStride = 1;
    std::string rowAxis;  ///< index letter of the rows; empty for a single row

    [[nodiscard]] std::size_t place(std::int64_t row, std::int64_t column) const {
        return static_cast<std::size_t>(row * rowStride + column * columnStride);
    }
    bool operator==(const MapLayout&) const = default;
};

/// Nothing for a value without the time axis or with more than two axes.
[[nodiscard]] std::optional<MapLayout> mapLayout(const RecordedValue& value, const std::string& timeAxis);

/// A map to paint where its numbers lie: its cells, its colours, the part of it and the pixels.
struct MapRequest {
    LazyTensor numbers;
    MapLayout layout;
    Range range;
    std::string colorMap;
    Viewport viewport{{1, 1}, {1.0F, 1.0F}};  ///< of the pixels asked for

    /// Whether it asks for the same picture.
    [[nodiscard]] bool isSame(const MapRequest& other) const;
};

struct MapPicture {
    MapRequest request;
    Image image;
};

/// Paints on the device, so that only pixels come back; from numbers brought into memory where it cannot. The same
/// picture either way, within ±1 level per channel. Errors: code Cancelled.
[[nodiscard]] Result<MapPicture> paintMap(const MapRequest& request, const CancelToken& cancel);

/// The cells as a matrix [rows, columns] of their own.
[[nodiscard]] Tensor mapMatrix(const Tensor& numbers, const MapLayout& layout);

}  // namespace attnscope
