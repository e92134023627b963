#pragma once

#include "eval/backend.h"
#include "support/tensor_compare.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace attnscope::bench {

/// What the sizes of a case are made from.
struct Extents {
    std::int64_t batch = 1;
    std::int64_t time = 1;
    std::int64_t features = 1;

    [[nodiscard]] double elements() const { return static_cast<double>(batch * time * features); }
};

/// One operation, or one attention layer as the formula language lowers it, with what goes in.
struct BenchCase {
    std::vector<std::shared_ptr<const Operation>> operations;  ///< what the steps point at
    std::vector<TensorPtr> slots;                              ///< what is given; nullptr where a step puts its output
    std::vector<Step> steps;
    std::vector<std::size_t> wanted;  ///< slots that are compared
    double flops = 0.0;  ///< of matrix products, convolutions and scans, two per multiplication; 0 for all others
    double bytes = 0.0;  ///< what must be read and written at least: inputs once, wanted outputs once
    test::Tolerance tolerance{};

    /// What all its values take together.
    [[nodiscard]] double memoryBytes() const;
};

/// How a case is made in any size.
struct CaseMaker {
    std::string name;  ///< "matmul x·W", "layer attention_step_dim"
    Result<BenchCase> (*make)(const Extents& extents);
};

/// Every operation of core/ops, but for Reshape, which computes nothing; then the bundled attention layers.
[[nodiscard]] std::vector<CaseMaker> allCases();

/// The attention layers of allCases(); their names begin with "layer".
[[nodiscard]] std::vector<CaseMaker> layerCases();

/// Evenly distributed numbers, the same for the same seed.
[[nodiscard]] Tensor numbers(Shape shape, std::uint32_t seed, float low = -1.0F, float high = 1.0F);

}  // namespace attnscope::bench
