#pragma once

#include "tensor/tensor.h"

#include <string>

namespace attnscope::test {

/// |actual − expected| may reach absolute + relative·|expected|. Looser ones stand beside the reason for them.
struct Tolerance {
    float absolute = 1e-5F;
    float relative = 1e-4F;
};

/// Whether a number is within the tolerance, as `difference` has it.
[[nodiscard]] bool isNear(float actual, float expected, Tolerance tolerance = {});

/// Nothing if the tensors agree: equal shapes, NaN where NaN is expected, the same infinities, and everything else
/// within the tolerance. Otherwise one line with the number of elements that differ and the worst one: its index, what
/// was found and what was expected.
[[nodiscard]] std::string difference(const Tensor& actual, const Tensor& expected, Tolerance tolerance = {});

/// `(1, 0, 7)`: where the flat-th element of a tensor is.
[[nodiscard]] std::string indexText(const Shape& shape, std::size_t flat);

}  // namespace attnscope::test
