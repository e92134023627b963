#pragma once

#include "layers/operation_arguments.h"

/// The functions of the table of operations between layers; private to this room.
namespace attnscope {

using Values = std::vector<ValueId>;

/// One output, or why there is none.
[[nodiscard]] inline Result<Values> one(Result<ValueId> value) {
    if (!value) return fail(std::move(value).error());
    return Values{*value};
}

/// Tensors that one call may make or join, and inputs that a node may have.
constexpr std::int64_t mostParts = 4096;

/// Turns one call of an operation into operations of the graph; an operation with several outputs gives them all.
using OperationFunction = Result<Values> (*)(const OperationArguments& arguments);

/// A row of the table of operations.
struct OperationRow {
    std::string_view className;  ///< in keras.ops: "Sum"
    std::string_view functions;  ///< in tf, separated by spaces: "math.reduce_sum"
    OperationFunction lower;
};

/// An operation of the table by its class in keras.ops or its name in tf; nullptr if there is none.
[[nodiscard]] const OperationRow* findOperation(std::string_view className, std::string_view function);

/// What a TensorFlowOpLayer is called with, as the function of tf that makes such a node is.
struct FunctionCall {
    std::string function;  ///< "math.reduce_sum"
    CallArguments arguments;
};

/// Reads the node of a TensorFlow graph that a layer of this class holds (operation_raw.cpp). Errors: a node that no
/// function is known for, or that has other inputs than such a node has.
[[nodiscard]] Result<FunctionCall> functionCallOf(const Layer& layer, const CallArguments& call);

// operation_elementwise.cpp
[[nodiscard]] std::span<const OperationRow> elementwiseOperations();
// operation_array.cpp: parts, repetitions and the like
[[nodiscard]] std::span<const OperationRow> arrayOperations();
// operation_layout.cpp
[[nodiscard]] std::span<const OperationRow> layoutOperations();
// operation_products.cpp: reductions and products
[[nodiscard]] std::span<const OperationRow> productOperations();

}  // namespace attnscope
