#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace attnscope::vulkan {

/// Memory that is needed from one command of a recording to another, both included.
struct Lifetime {
    std::uint64_t bytes = 0;
    std::size_t first = 0;
    std::size_t last = 0;
};

/// Where lifetimes lie: within blocks, those that never meet in the same place.
struct Placement {
    struct Spot {
        std::size_t block = 0;
        std::uint64_t offset = 0;
    };
    std::vector<Spot> spots;                ///< by lifetime
    std::vector<std::uint64_t> blockBytes;  ///< by block
};

/// Places lifetimes, the largest first, each in the first gap that those alive at the same time leave: into one block,
/// or where that would become larger than `largestBlock` into several. Offsets are multiples of `alignment`. A lifetime
/// larger than `largestBlock` gets a block of its own, for whoever allocates it to refuse.
[[nodiscard]] Placement placeByLiveness(std::span<const Lifetime> lifetimes, std::uint64_t alignment,
                                        std::uint64_t largestBlock);

}  // namespace attnscope::vulkan
