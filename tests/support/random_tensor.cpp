#include "support/random_tensor.h"

#include <random>

namespace attnscope::test {

Tensor randomTensor(Shape shape, std::uint32_t seed, float low, float high) {
    // The engine's numbers are fixed by the standard, those of its distributions are not.
    std::mt19937 engine(seed);
    Tensor result(std::move(shape));
    for (float& value : result.data())
        value = static_cast<float>(low + (high - low) * (static_cast<double>(engine()) / 4294967295.0));
    return result;
}

Tensor randomMask(Shape shape, std::uint32_t seed, float share) {
    Tensor result = randomTensor(std::move(shape), seed, 0.0F, 1.0F);
    for (float& value : result.data()) value = value < share ? 1.0F : 0.0F;
    return result;
}

}  // namespace attnscope::test
