#pragma once

#include "graph/operation.h"

namespace attnscope {

/// Rows of a table by id: (table [rows, dim], ids [...]) → [..., dim]. An id that is not a whole number in [0, rows) is an
/// error of code InvalidInput that names the id, its place and the number of rows.
class Gather final : public Operation {
public:
    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;
};

}  // namespace attnscope
