#pragma once

#include "tensor/shape.h"

#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// A weight that a formula is to be written for.
struct SkeletonWeight {
    std::string fileName;  ///< as the file has it: "attention/kernel:0"
    Shape shape;
};

/// A formula to start from for a layer that none fits: its weights with letters, an input x[t,f], the site. Matrices
/// become a hidden layer each, vectors biases or the score's direction, as far as shapes let them; equal extents have
/// equal letters. A comment names the weights that it found no place for, and the source then does not check.
/// `features` and `timesteps` are those of the layer's input, as far as they are known.
[[nodiscard]] std::string formulaSkeleton(const std::string& className, const std::vector<SkeletonWeight>& weights,
                                          std::optional<std::int64_t> timesteps, std::optional<std::int64_t> features);

}  // namespace attnscope
