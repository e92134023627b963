#include "support/operation_cases.h"

namespace attnscope::test {

std::vector<OperationCase> operationCases() {
    std::vector<OperationCase> cases;
    addElementwiseCases(cases);
    addProductCases(cases);
    addReductionCases(cases);
    addLayoutCases(cases);
    addRecurrentCases(cases);
    return cases;
}

std::string caseName(const Operation& operation, const std::vector<Tensor>& inputs, const std::string& remark) {
    std::string name(operation.name());
    for (const Tensor& input : inputs) name += (&input == &inputs.front() ? " " : ", ") + input.shape().text();
    return remark.empty() ? name : name + " " + remark;
}

}  // namespace attnscope::test
