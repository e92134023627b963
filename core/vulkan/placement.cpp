#include "vulkan/placement.h"

#include <algorithm>
#include <numeric>

namespace attnscope::vulkan {
namespace {

bool meet(const Lifetime& a, const Lifetime& b) {
    return a.first <= b.last && b.first <= a.last;
}

/// A range of a block that is taken while a lifetime lasts.
struct Taken {
    std::uint64_t begin;
    std::uint64_t end;
};

/// The lowest offset where `bytes` fit between what is taken.
std::uint64_t firstGap(std::vector<Taken> taken, std::uint64_t bytes) {
    std::ranges::sort(taken, {}, &Taken::begin);
    std::uint64_t offset = 0;
    for (const Taken& range : taken) {
        if (range.begin >= offset + bytes) break;
        offset = std::max(offset, range.end);
    }
    return offset;
}

}  // namespace

Placement placeByLiveness(std::span<const Lifetime> lifetimes, std::uint64_t alignment, std::uint64_t largestBlock) {
    const auto room = [&](std::size_t index) {
        return (std::max<std::uint64_t>(lifetimes[index].bytes, 1) + alignment - 1) / alignment * alignment;
    };
    std::vector<std::size_t> order(lifetimes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater(), room);

    Placement placement;
    placement.spots.resize(lifetimes.size());
    std::vector<std::vector<std::size_t>> placed;  // by block
    for (const std::size_t index : order) {
        const std::uint64_t bytes = room(index);
        std::size_t block = 0;
        std::uint64_t offset = 0;
        for (; block < placed.size(); ++block) {
            std::vector<Taken> taken;
            for (const std::size_t other : placed[block]) {
                const std::uint64_t begin = placement.spots[other].offset;
                if (meet(lifetimes[index], lifetimes[other])) taken.push_back({begin, begin + room(other)});
            }
            offset = firstGap(std::move(taken), bytes);
            if (offset + bytes <= largestBlock) break;
        }
        if (block == placed.size()) {
            placed.emplace_back();
            placement.blockBytes.push_back(0);
            offset = 0;
        }
        placed[block].push_back(index);
        placement.spots[index] = {block, offset};
        placement.blockBytes[block] = std::max(placement.blockBytes[block], offset + bytes);
    }
    return placement;
}

}  // namespace attnscope::vulkan
