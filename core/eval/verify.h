#pragma once

#include "eval/backend.h"
#include "eval/edits.h"
#include "graph/graph.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace attnscope {

/// Where two backends differ most.
struct Verification {
    std::string reference;  ///< the backends' names
    std::string other;
    std::size_t values = 0;           ///< how many values were compared
    std::size_t elements = 0;         ///< how many numbers
    std::size_t beyond = 0;           ///< numbers that differ by more than 1e-5 + 1e-4·|reference|, or by NaN
    std::string value;                ///< the largest difference: in which value …
    std::vector<std::int64_t> index;  ///< … and where, the batch axis first
    float expected = 0.0F;            ///< what the reference has there
    float found = 0.0F;
    double difference = 0.0;  ///< NaN where only one of the two is
};

/// Evaluates every value of the graph on both backends. Errors: Evaluator::evaluate's.
[[nodiscard]] Result<Verification> verify(std::shared_ptr<const Graph> graph, const std::vector<TensorPtr>& inputs,
                                          const Edits& edits, std::shared_ptr<Backend> reference,
                                          std::shared_ptr<Backend> other, const CancelToken& cancel);

/// One line: `cpu and vulkan:0 agree …: 24 values, largest difference 1.2e-07 at attention/e[0, 3]: …`.
[[nodiscard]] std::string verificationText(const Verification& verification);

}  // namespace attnscope
