#include "figure/device_map.h"

#include "figure/parts.h"
#include "heatmap/vulkan_raster.h"

namespace attnscope {
namespace {

Result<Image> paintOnDevice(const DevicePlace& place, const MapRequest& request, const CancelToken& cancel) {
    const MapLayout& layout = request.layout;
    const DeviceMatrix matrix{place.buffer, 0, layout.rows, layout.columns, layout.rowStride, layout.columnStride};
    const glm::vec2 pixels = request.viewport.pixels();
    return rasterizeOnDevice(place.device, matrix, request.range, figures::colorMapNamed(request.colorMap),
                             request.viewport, static_cast<int>(pixels.x), static_cast<int>(pixels.y), Aggregation::Max,
                             cancel);
}

}  // namespace

std::optional<MapLayout> mapLayout(const RecordedValue& value, const std::string& timeAxis) {
    const Shape& shape = value.tensor.shape();
    if (value.axes == std::vector{timeAxis}) return MapLayout{1, shape[0], shape[0], 1, {}};
    if (value.axes.size() != 2) return std::nullopt;
    if (value.axes[1] == timeAxis) return MapLayout{shape[0], shape[1], shape[1], 1, value.axes[0]};
    if (value.axes[0] != timeAxis) return std::nullopt;
    return MapLayout{shape[1], shape[0], 1, shape[1], value.axes[1]};
}

Tensor mapMatrix(const Tensor& numbers, const MapLayout& layout) {
    if (layout.columnStride == 1 && layout.rowStride == layout.columns)
        return Tensor(numbers).reshaped({layout.rows, layout.columns});
    Tensor matrix({layout.rows, layout.columns});
    std::size_t next = 0;
    for (std::int64_t row = 0; row < layout.rows; ++row) {
        for (std::int64_t column = 0; column < layout.columns; ++column)
            matrix[next++] = numbers[layout.place(row, column)];
    }
    return matrix;
}

bool MapRequest::isSame(const MapRequest& other) const {
    return numbers.stored() == other.numbers.stored() && layout == other.layout && range == other.range &&
           colorMap == other.colorMap && viewport.matrix() == other.viewport.matrix() &&
           viewport.pixels() == other.viewport.pixels();
}

Result<MapPicture> paintMap(const MapRequest& request, const CancelToken& cancel) {
    if (const auto place = request.numbers.onDevice()) {
        Result<Image> image = paintOnDevice(*place, request, cancel);
        if (image) return MapPicture{request, *std::move(image)};
        if (image.error().code == ErrorCode::Cancelled) return fail(std::move(image).error());
    }
    const glm::vec2 pixels = request.viewport.pixels();
    return MapPicture{request, rasterize(mapMatrix(*request.numbers, request.layout), request.range,
                                         figures::colorMapNamed(request.colorMap), request.viewport,
                                         static_cast<int>(pixels.x), static_cast<int>(pixels.y), Aggregation::Max)};
}

}  // namespace attnscope
