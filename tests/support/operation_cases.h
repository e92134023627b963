#pragma once

#include "graph/operation.h"
#include "support/tensor_compare.h"

#include <memory>
#include <string>
#include <vector>

namespace attnscope::test {

/// One operation, what goes in and what must come out. The expected numbers are computed by plain loops in double
/// precision that share no code with the kernels, so that the kernels of every backend can be held against them.
struct OperationCase {
    std::string name;  ///< "matmul (3, 7, 5) × (5, 4)"
    std::shared_ptr<const Operation> operation;
    std::vector<Tensor> inputs;
    Tensor expected;
    Tolerance tolerance{};
};

/// Every operation of `ops/`, in awkward sizes and with awkward numbers.
[[nodiscard]] std::vector<OperationCase> operationCases();

/// `name (shape), (shape)` as the name of a case.
[[nodiscard]] std::string caseName(const Operation& operation, const std::vector<Tensor>& inputs,
                                   const std::string& remark = {});

// The parts of operationCases(), a file each; they append to `cases`.
void addElementwiseCases(std::vector<OperationCase>& cases);
void addProductCases(std::vector<OperationCase>& cases);
void addReductionCases(std::vector<OperationCase>& cases);
void addLayoutCases(std::vector<OperationCase>& cases);
void addRecurrentCases(std::vector<OperationCase>& cases);

}  // namespace attnscope::test
