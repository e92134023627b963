#pragma once

#include "graph/operation.h"

#include <vector>

namespace attnscope::test {

/// What an operation's CPU kernel makes of its inputs. Errors: the shape rule's and the kernel's.
[[nodiscard]] inline Result<Tensor> runOperation(const Operation& operation, const std::vector<Tensor>& inputs,
                                                 const CancelToken& cancel = {}) {
    std::vector<const Tensor*> arguments;
    std::vector<Shape> shapes;
    for (const Tensor& input : inputs) {
        arguments.push_back(&input);
        shapes.push_back(input.shape());
    }
    ATTN_TRY(const Shape shape, operation.inferShape(shapes));
    Tensor output(shape);
    ATTN_CHECK(operation.evaluate(arguments, output, cancel));
    return output;
}

}  // namespace attnscope::test
