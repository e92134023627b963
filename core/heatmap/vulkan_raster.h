#pragma once

#include "base/cancel.h"
#include "base/result.h"
#include "heatmap/raster.h"
#include "vulkan/buffer.h"

#include <cstdint>
#include <memory>

namespace attnscope {

/// A matrix within a buffer of float32 on a device: a slice of whatever else lies there, read the way round that its
/// strides say. Everything counts elements.
struct DeviceMatrix {
    vulkan::BufferPtr buffer;
    std::int64_t firstElement = 0;  ///< where element (0, 0) lies
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t rowStride = 0;     ///< from a row to the next
    std::int64_t columnStride = 1;  ///< from a column to the next
};

/// rasterize() on the device, of numbers that need not leave it; only the pixels come back, the same within ±1 level
/// per channel. The viewport's cells must be the matrix's, and the matrix must lie within its buffer.
/// Errors: code Limit (no memory), code Device (the shader is refused), code DeviceLost, code Cancelled.
[[nodiscard]] Result<Image> rasterizeOnDevice(const std::shared_ptr<vulkan::Device>& device, const DeviceMatrix& matrix,
                                              const Range& range, const ColorMap& map, const Viewport& viewport,
                                              int width, int height, Aggregation aggregation,
                                              const CancelToken& cancel);

}  // namespace attnscope
