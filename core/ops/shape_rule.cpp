#include "ops/shape_rule.h"

namespace attnscope {

tl::unexpected<Error> refuseShapes(std::string_view operation, std::span<const Shape> inputs,
                                   const std::string& message, std::string_view separator) {
    std::string text = std::string(operation) + ": ";
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (i > 0) text += separator;
        text += inputs[i].text();
    }
    if (!inputs.empty()) text += ": ";
    return fail(ErrorCode::Shape, text + message);
}

Status expectInputs(std::string_view operation, std::span<const Shape> inputs, std::size_t count) {
    if (inputs.size() == count) return {};
    return refuseShapes(operation, inputs,
                        std::to_string(inputs.size()) + " inputs, expected " + std::to_string(count));
}

Status expectAxes(std::string_view operation, std::span<const Shape> inputs, std::span<const std::size_t> axes) {
    const std::size_t rank = inputs[0].rank();
    for (const std::size_t axis : axes) {
        if (axis < rank) continue;
        std::string message = "there is no axis " + std::to_string(axis);
        message += rank == 0 ? ", a scalar has none" : ", expected 0 to " + std::to_string(rank - 1);
        return refuseShapes(operation, inputs, message);
    }
    return {};
}

}  // namespace attnscope
