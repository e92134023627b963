#include "base/text.h"
#include "layers/lower_functions.h"
#include "layers/operation_functions.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

constexpr std::array tensorFlowClasses{std::string_view("TFOpLambda"), std::string_view("SlicingOpLambda")};
constexpr std::string_view oldNames = "compat.v1.";

bool isTensorFlow(const Layer& layer) {
    return std::ranges::find(tensorFlowClasses, layer.className) != tensorFlowClasses.end();
}

/// "math.reduce_sum", as tf_keras/src/layers/core/tf_op_layer.py writes it into the config.
Result<std::string> functionOf(const Layer& layer) {
    ATTN_TRY(std::string function, layer.config.text("function", ""));
    if (function.starts_with(oldNames)) function.erase(0, oldNames.size());
    return function;
}

bool namesFunction(const OperationRow& row, std::string_view function) {
    const std::vector<std::string> names = split(row.functions, ' ');
    return !function.empty() && std::ranges::find(names, function) != names.end();
}

}  // namespace

const OperationRow* findOperation(std::string_view className, std::string_view function) {
    for (const auto rows : {elementwiseOperations(), layoutOperations(), productOperations()}) {
        const auto row = std::ranges::find_if(rows, [&](const OperationRow& candidate) {
            return function.empty() ? candidate.className == className : namesFunction(candidate, function);
        });
        if (row != rows.end()) return &*row;
    }
    return nullptr;
}

bool isOperationNode(const Layer& layer) {
    return layer.operation || isTensorFlow(layer);
}

Result<std::vector<Flow>> lowerOperation(Lowering& lowering, const Layer& layer, const std::vector<Flow>& /*inputs*/) {
    std::string function;
    if (isTensorFlow(layer)) {
        ATTN_TRY(function, functionOf(layer));
    }
    const OperationRow* row = findOperation(layer.className, function);
    if (row == nullptr) {
        return fail(ErrorCode::UnknownLayer, "layer " + layer.name + ": operation " +
                                                 (function.empty() ? layer.className : "tf." + function) +
                                                 " is not known");
    }
    ATTN_TRY(const std::vector<ValueId> values, row->lower(OperationArguments(lowering, layer)));
    std::vector<Flow> outputs;
    for (const ValueId value : values) outputs.push_back({value, std::nullopt});  // operations know no masks
    return outputs;
}

}  // namespace attnscope
