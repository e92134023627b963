#include "heatmap/vulkan_raster.h"

#include "heatmap/cell_spans.h"
#include "shaders/shader.h"
#include "vulkan/recorder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

namespace attnscope {
namespace {

using vulkan::Buffer;
using vulkan::BufferPtr;
using vulkan::MemoryUse;
using vulkan::Recorder;

/// Mirrors shaders/heatmap_raster.comp.
struct Push {
    std::uint32_t width;
    std::uint32_t height;
    std::uint32_t firstElement;
    std::uint32_t rowStride;
    std::uint32_t columnStride;
    float scale;
    float low;
    float scaledLow;
    float scaledExtent;
    float middle;
    float share;
    std::uint32_t notANumberColor;
};

/// The constant AGGREGATION of the shader.
std::uint32_t aggregationOf(Aggregation aggregation, ColorMapKind kind) {
    constexpr std::uint32_t largest = 0;
    constexpr std::uint32_t farthest = 1;
    constexpr std::uint32_t average = 2;
    if (aggregation == Aggregation::Mean) return average;
    return kind == ColorMapKind::Diverging ? farthest : largest;
}

std::uint32_t packed(Rgb color) {
    return color.red | std::uint32_t{color.green} << 8U | std::uint32_t{color.blue} << 16U | 0xff000000U;
}

/// For each axis what rasterize() takes, in the same double precision: in float a far-off cell would be missed by one.
struct Spans {
    std::vector<std::uint32_t> table;  ///< first, end of each column of pixels, then of each row
    std::int64_t largestPixel = 0;     ///< the most cells that a pixel stands for
};

Spans spansOf(const DeviceMatrix& matrix, const Viewport& viewport, int width, int height) {
    Spans spans;
    spans.largestPixel = 1;
    const auto append = [&](int pixels, std::int64_t cells, float scale, float offset) {
        std::int64_t largest = 0;
        for (const CellSpan& span : cellSpans(pixels, cells, scale, offset)) {
            spans.table.push_back(static_cast<std::uint32_t>(span.first));
            spans.table.push_back(static_cast<std::uint32_t>(span.end));
            largest = std::max(largest, span.size());
        }
        spans.largestPixel *= largest;
    };
    append(width, matrix.columns, viewport.scale().x, viewport.offset().x);
    append(height, matrix.rows, viewport.scale().y, viewport.offset().y);
    return spans;
}

Push pushOf(const DeviceMatrix& matrix, const Range& range, const ColorMap& map, int width, int height,
            std::int64_t largestPixel) {
    // Powers of two lose nothing. high − low may exceed the largest float, or be so small that devices call it 0.
    constexpr int largestExponent = 126;
    const double extent = static_cast<double>(range.high) - static_cast<double>(range.low);
    const int exponent = range.isSingleValue() ? 0 : std::clamp(-std::ilogb(extent), -largestExponent, largestExponent);
    const double scale = std::ldexp(1.0, exponent);
    const auto shareExponent = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(largestPixel)));
    return {static_cast<std::uint32_t>(width),
            static_cast<std::uint32_t>(height),
            static_cast<std::uint32_t>(matrix.firstElement),
            static_cast<std::uint32_t>(matrix.rowStride),
            static_cast<std::uint32_t>(matrix.columnStride),
            static_cast<float>(scale),
            range.low,
            static_cast<float>(range.low * scale),
            static_cast<float>(extent * scale),
            range.valueAt(0.5F),
            static_cast<float>(std::ldexp(1.0, -shareExponent)),
            packed(map.notANumber)};
}

/// How many invocations share a pixel's cells.
std::uint32_t teamOf(std::int64_t largestPixel, std::uint32_t workgroup) {
    constexpr std::int64_t enough = 64;  // below this a pixel's own invocation is done soon enough
    constexpr std::int64_t cellsEach = 16;
    if (largestPixel < enough) return 1;
    const auto useful = static_cast<std::uint64_t>(largestPixel / cellsEach);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(std::bit_floor(useful), workgroup));
}

/// `count` workgroups as rows of no more than the device runs side by side.
vulkan::Groups groupsOf(std::uint64_t count, std::uint64_t side) {
    const std::uint64_t rows = (count + side - 1) / side;
    return {static_cast<std::uint32_t>((count + rows - 1) / rows), static_cast<std::uint32_t>(rows), 1};
}

template <typename Number>
Result<BufferPtr> upload(const std::shared_ptr<vulkan::Device>& device, Recorder& recorder,
                         std::span<const Number> numbers) {
    ATTN_TRY(BufferPtr buffer, Buffer::allocate(device, MemoryUse::Activations, numbers.size_bytes()));
    recorder.update(buffer, std::as_bytes(numbers));
    return buffer;
}

[[maybe_unused]] bool isWithinItsBuffer(const DeviceMatrix& matrix) {
    const std::int64_t last =
        matrix.firstElement + (matrix.rows - 1) * matrix.rowStride + (matrix.columns - 1) * matrix.columnStride;
    return matrix.firstElement >= 0 && matrix.rowStride >= 0 && matrix.columnStride >= 0 &&
           static_cast<std::uint64_t>(last + 1) * sizeof(float) <= matrix.buffer->bytes();
}

}  // namespace

Result<Image> rasterizeOnDevice(const std::shared_ptr<vulkan::Device>& device, const DeviceMatrix& matrix,
                                const Range& range, const ColorMap& map, const Viewport& viewport, int width,
                                int height, Aggregation aggregation, const CancelToken& cancel) {
    assert(matrix.rows == viewport.cells().y && matrix.columns == viewport.cells().x && isWithinItsBuffer(matrix));
    assert(width >= 0 && height >= 0);
    const std::uint64_t pixels = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
    Image image{width, height, std::vector<std::uint8_t>(4 * pixels, 0)};
    const Spans spans = spansOf(matrix, viewport, width, height);
    if (pixels == 0 || spans.largestPixel == 0) return image;

    std::array<std::uint32_t, 256> colors{};
    std::ranges::transform(map.entries, colors.begin(), packed);
    const Push push = pushOf(matrix, range, map, width, height, spans.largestPixel);
    const std::uint32_t workgroup = std::bit_floor(std::min(256U, device->info().maxWorkgroupSize));
    const std::uint32_t team = teamOf(spans.largestPixel, workgroup);
    const std::uint64_t together = workgroup / team;

    ATTN_TRY(Recorder recorder, Recorder::begin(device));
    ATTN_TRY(const BufferPtr colorTable, upload<std::uint32_t>(device, recorder, colors));
    ATTN_TRY(const BufferPtr spanTable, upload<std::uint32_t>(device, recorder, spans.table));
    ATTN_TRY(const BufferPtr painted, Buffer::allocate(device, MemoryUse::Activations, image.rgba.size()));
    ATTN_TRY(const BufferPtr seen, Buffer::allocate(device, MemoryUse::ReadBack, image.rgba.size()));
    const vulkan::Kernel kernel{"heatmap_raster",
                                findShader("heatmap_raster"),
                                {workgroup, team, aggregationOf(aggregation, map.kind)},
                                4,
                                sizeof(Push)};
    const std::array<vulkan::Binding, 4> bindings{
        {{matrix.buffer, false}, {colorTable, false}, {spanTable, false}, {painted, true}}};
    ATTN_CHECK(recorder.dispatch(kernel, bindings, std::as_bytes(std::span(&push, 1)),
                                 groupsOf((pixels + together - 1) / together, device->info().maxWorkgroupCount)));
    recorder.copy(painted, seen, image.rgba.size());
    ATTN_TRY(vulkan::Submission submission, std::move(recorder).submit());
    ATTN_CHECK(submission.wait(cancel));
    std::memcpy(image.rgba.data(), seen->mapped().data(), image.rgba.size());
    return image;
}

}  // namespace attnscope
