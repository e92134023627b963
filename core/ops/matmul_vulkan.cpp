#include "ops/matmul.h"
#include "ops/strided.h"
#include "ops/vulkan_call.h"

#include <algorithm>
#include <array>

namespace attnscope {
namespace {

constexpr std::size_t batchAxes = 4;

/// Mirrors shaders/common/batch.glsl.
struct BatchPush {
    std::array<std::uint32_t, batchAxes> extents;
    std::array<std::uint32_t, batchAxes> stridesA;
    std::array<std::uint32_t, batchAxes> stridesB;
};

/// A batch of products [m, k] × [k, n].
struct Product {
    std::int64_t m = 0;
    std::int64_t n = 0;
    std::int64_t k = 0;
    std::int64_t entries = 1;
    BatchPush batch{};
};

/// How a workgroup divides a tile: shaders/matmul.comp.
struct Tiling {
    std::uint32_t tile;  ///< rows and columns
    std::uint32_t depth;
    std::uint32_t quads;  ///< four rows and columns each, of an invocation

    [[nodiscard]] std::uint32_t threads() const { return tile / (4 * quads) * (tile / (4 * quads)); }
    [[nodiscard]] std::uint32_t sharedBytes() const {
        return 2 * depth * (tile + 4) * static_cast<std::uint32_t>(sizeof(float));
    }
};

std::uint32_t word(std::int64_t number) {
    return static_cast<std::uint32_t>(number);
}

Result<BatchPush> batchPush(const Shape& a, const Shape& b, const Shape& output, std::int64_t matrixA,
                            std::int64_t matrixB) {
    const Shape batch = output.upTo(output.rank() - 2);
    const auto axes = collapsedAxes<2>(
        batch, {broadcastStrides(a.upTo(a.rank() - 2), batch), broadcastStrides(b.upTo(b.rank() - 2), batch)});
    if (axes.size() > batchAxes)
        return fail(ErrorCode::Limit, output.text() + ": more leading axes than a product takes on the device");
    BatchPush push{};
    push.extents.fill(1);
    const std::size_t first = batchAxes - axes.size();
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        push.extents[first + axis] = word(axes[axis].extent);
        push.stridesA[first + axis] = word(axes[axis].strides[0] * matrixA);
        push.stridesB[first + axis] = word(axes[axis].strides[1] * matrixB);
    }
    return push;
}

/// Large tiles read memory least; small ones keep a large device busy with a small product.
Tiling tilingFor(const Product& product, const vulkan::DeviceInfo& device) {
    constexpr std::array tilings{Tiling{128, 16, 2}, Tiling{64, 16, 1}, Tiling{32, 16, 1}};
    constexpr std::int64_t enoughTiles = 128;
    for (const Tiling& tiling : tilings) {
        const auto tiles = [&](std::int64_t extent) { return (extent + tiling.tile - 1) / tiling.tile; };
        const bool runs = tiling.threads() <= device.maxWorkgroupSize && tiling.sharedBytes() <= device.maxSharedBytes;
        if (runs && tiles(product.m) * tiles(product.n) * product.entries >= enoughTiles) return tiling;
    }
    return tilings.back();
}

Status recordTiled(VulkanCall& call, const Product& product, bool transposeA, bool transposeB) {
    struct Push {
        std::uint32_t m, n, k, tilesM, tilesN, entries;
        BatchPush batch;
    };
    const Tiling tiling = tilingFor(product, call.device());
    const std::int64_t tilesM = (product.m + tiling.tile - 1) / tiling.tile;
    const std::int64_t tilesN = (product.n + tiling.tile - 1) / tiling.tile;
    ATTN_TRY(const VulkanOperand output, call.output());
    const Push push{word(product.m), word(product.n),       word(product.k), word(tilesM),
                    word(tilesN),    word(product.entries), product.batch};
    return call.dispatch("matmul",
                         {tiling.threads(), tiling.tile, tiling.tile, tiling.depth, tiling.quads, tiling.quads,
                          transposeA ? 1U : 0U, transposeB ? 1U : 0U},
                         {reads(call.input(0)), reads(call.input(1)), writes(output)}, push,
                         call.groups(tilesM * tilesN * product.entries));
}

/// `matrix` and `vector` are input 0 and 1 of a product with one column, or 1 and 0 of one with one row.
Status recordVector(VulkanCall& call, const Product& product, bool oneColumn, bool columnByColumn) {
    struct Push {
        std::uint32_t rows, k, groupsPerEntry, entries;
        BatchPush batch;
    };
    const std::uint32_t size = call.workgroupSize();
    const std::uint32_t team = columnByColumn ? size / 32 : 32;
    const std::uint32_t sums = size / team;
    const std::int64_t rows = oneColumn ? product.m : product.n;
    const std::int64_t groups = (rows + sums - 1) / sums;
    ATTN_TRY(const VulkanOperand output, call.output());
    Push push{word(rows), word(product.k), word(groups), word(product.entries), product.batch};
    if (!oneColumn) std::swap(push.batch.stridesA, push.batch.stridesB);
    const VulkanOperand& matrix = call.input(oneColumn ? 0 : 1);
    const VulkanOperand& vector = call.input(oneColumn ? 1 : 0);
    return call.dispatch("matvec", {size, team, columnByColumn ? 1U : 0U, sums},
                         {reads(matrix), reads(vector), writes(output)}, push, call.groups(groups * product.entries));
}

}  // namespace

Status MatMul::record(VulkanCall& call) const {
    const Shape& a = call.input(0).shape;
    const Shape& b = call.input(1).shape;
    const Shape& output = call.outputShape();
    Product product;
    product.m = output[output.rank() - 2];
    product.n = output.back();
    product.k = a[a.rank() - (m_transposeA ? 2 : 1)];
    product.entries = output.upTo(output.rank() - 2).elements();
    ATTN_TRY(product.batch, batchPush(a, b, output, product.m * product.k, product.k * product.n));
    if (!m_transposeA && b.upTo(b.rank() - 2).elements() == 1) {
        // [..., m, k] × [k, n]: one tall product.
        product.m *= product.entries;
        product.entries = 1;
    }
    if (product.n == 1) return recordVector(call, product, true, m_transposeA);
    if (product.m == 1) return recordVector(call, product, false, !m_transposeB);
    return recordTiled(call, product, m_transposeA, m_transposeB);
}

}  // namespace attnscope
