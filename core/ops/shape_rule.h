#pragma once

#include "base/result.h"
#include "tensor/shape.h"

#include <span>
#include <string>
#include <string_view>

namespace attnscope {

/// An error of code Shape that reads `operation: (3, 4), (5): message`; `separator` stands between the inputs' shapes.
[[nodiscard]] tl::unexpected<Error> refuseShapes(std::string_view operation, std::span<const Shape> inputs,
                                                 const std::string& message, std::string_view separator = ", ");

/// An error unless there are exactly `count` inputs.
[[nodiscard]] Status expectInputs(std::string_view operation, std::span<const Shape> inputs, std::size_t count);

/// An error unless every axis is below the rank of the first input.
[[nodiscard]] Status expectAxes(std::string_view operation, std::span<const Shape> inputs,
                                std::span<const std::size_t> axes);

}  // namespace attnscope
