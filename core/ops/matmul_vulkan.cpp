#include "ops/matmul.h"

#include "ops/elementwise_chain.h"
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

/// Mirrors the push constants of shaders/common/matmul.glsl.
struct TiledPush {
    std::uint32_t m, n, k, tilesM, tilesN, entries;
    BatchPush batch;
};

/// A product cut into tiles.
struct TiledProduct {
    TiledPush push;
    std::vector<std::uint32_t> constants;
    std::int64_t groups;
};

TiledProduct tiled(const Product& product, const vulkan::DeviceInfo& device, bool transposeA, bool transposeB) {
    const Tiling tiling = tilingFor(product, device);
    const std::int64_t tilesM = (product.m + tiling.tile - 1) / tiling.tile;
    const std::int64_t tilesN = (product.n + tiling.tile - 1) / tiling.tile;
    return {{word(product.m), word(product.n), word(product.k), word(tilesM), word(tilesN), word(product.entries),
             product.batch},
            {tiling.threads(), tiling.tile, tiling.tile, tiling.depth, tiling.quads, tiling.quads, transposeA ? 1U : 0U,
             transposeB ? 1U : 0U},
            tilesM * tilesN * product.entries};
}

constexpr std::size_t chainAxes = 3;
constexpr std::size_t chainOperands = 3;

/// How a tiled product's kernel reads what else a chain needs: along the axes of the product.
std::vector<StridedAxis<chainOperands>> chainWalk(const ElementwiseChain& chain) {
    std::array<Strides, chainOperands> strides;
    strides.fill(Strides(chain.extents().rank(), 0));
    for (std::size_t n = 0; n < chain.elementwiseInputs().size(); ++n)
        strides[n] = chain.elementwiseInputs()[n].strides;
    return collapsedAxes<chainOperands>(chain.extents(), strides);
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

/// [..., m, k] × [..., k, n]. Errors of code Limit: more leading axes than the kernels take.
Result<Product> productOf(const VulkanCall& call, const Shape& output, bool transposeA) {
    const Shape& a = call.input(0).shape;
    const Shape& b = call.input(1).shape;
    Product product;
    product.m = output[output.rank() - 2];
    product.n = output.back();
    product.k = a[a.rank() - (transposeA ? 2 : 1)];
    product.entries = output.upTo(output.rank() - 2).elements();
    ATTN_TRY(product.batch, batchPush(a, b, output, product.m * product.k, product.k * product.n));
    if (!transposeA && b.upTo(b.rank() - 2).elements() == 1) {
        // [..., m, k] × [k, n]: one tall product.
        product.m *= product.entries;
        product.entries = 1;
    }
    return product;
}

}  // namespace

bool MatMul::takesChain(const ElementwiseChain& chain) {
    return chain.elementwiseInputs().size() <= chainOperands && chainWalk(chain).size() <= chainAxes;
}

Status MatMul::recordChained(VulkanCall& call, const ElementwiseChain& chain, const Shape& output,
                             std::span<const ChainOutput> outputs) const {
    struct Push {
        TiledPush product;
        std::array<std::uint32_t, chainAxes - 1> extents;
        std::array<std::int32_t, chainOperands * chainAxes> strides;
    };
    ATTN_TRY(const Product product, productOf(call, output, m_transposeA));
    TiledProduct tiles = tiled(product, call.device(), m_transposeA, m_transposeB);
    const auto axes = chainWalk(chain);
    Push push{tiles.push, {}, {}};
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        if (axis > 0) push.extents[axis - 1] = word(axes[axis].extent);
        for (std::size_t n = 0; n < chainOperands; ++n)
            push.strides[n * chainAxes + axis] = static_cast<std::int32_t>(axes[axis].strides[n]);
    }
    const std::size_t operands = chain.elementwiseInputs().size();
    std::vector<vulkan::Binding> bindings{reads(call.input(0)), reads(call.input(1))};
    for (std::size_t n = 0; n < chainOperands; ++n) bindings.push_back(reads(call.input(n < operands ? 2 + n : 0)));
    ATTN_TRY(const std::vector<vulkan::Binding> written, ElementwiseChain::outputBindings(call));
    bindings.insert(bindings.end(), written.begin(), written.end());
    tiles.constants.push_back(static_cast<std::uint32_t>(std::max<std::size_t>(axes.size(), 1)));
    tiles.constants.push_back(static_cast<std::uint32_t>(operands));
    const std::vector<std::uint32_t> chained = chain.constants(outputs);
    tiles.constants.insert(tiles.constants.end(), chained.begin(), chained.end());
    return call.dispatch("matmul_chained", std::move(tiles.constants), bindings, push, call.groups(tiles.groups));
}

Status MatMul::record(VulkanCall& call) const {
    ATTN_TRY(const Product product, productOf(call, call.outputShape(), m_transposeA));
    if (product.n == 1) return recordVector(call, product, true, m_transposeA);
    if (product.m == 1) return recordVector(call, product, false, !m_transposeB);
    TiledProduct tiles = tiled(product, call.device(), m_transposeA, m_transposeB);
    ATTN_TRY(const VulkanOperand output, call.output());
    return call.dispatch("matmul", std::move(tiles.constants),
                         {reads(call.input(0)), reads(call.input(1)), writes(output)}, tiles.push,
                         call.groups(tiles.groups));
}

}  // namespace attnscope
