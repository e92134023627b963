#pragma once

#include "eval/backend.h"
#include "ops/elementwise_chain.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace attnscope {

/// Steps of a run that the device does as one.
struct PlannedStep {
    std::vector<const Step*> steps;  ///< one, unless there is a chain
    std::optional<ElementwiseChain> chain;
    std::vector<ChainOutput> outputs;  ///< of the chain, for whoever reads them later

    /// "matmul", "add+tanh".
    [[nodiscard]] std::string name() const;
};

/// Puts elementwise steps that read each other's results together, as many as a
/// kernel takes: numbers between them never see memory unless they are kept or another step reads them. `shapes` are
/// those of the slots that are given. The order may change, what depends on what does not.
[[nodiscard]] std::vector<PlannedStep> planSteps(std::span<const Step> steps, std::vector<Shape> shapes);

/// By slot: whether its memory must last beyond the run, because it is kept or something kept may be the same bytes.
[[nodiscard]] std::vector<bool> lastingSlots(std::span<const Step> steps, std::size_t slots);

}  // namespace attnscope
