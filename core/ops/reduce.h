#pragma once

#include "graph/operation.h"

#include <vector>

namespace attnscope {

enum class ReduceKind { Sum, Mean, Max, Min, Product };

/// Reduces over `axes` (0-based); they vanish, or stay with extent 1 if `keepAxes`.
class Reduce final : public Operation {
public:
    Reduce(ReduceKind kind, std::vector<std::size_t> axes, bool keepAxes = false)
        : m_kind(kind), m_axes(std::move(axes)), m_keepAxes(keepAxes) {}
    [[nodiscard]] ReduceKind kind() const { return m_kind; }
    [[nodiscard]] const std::vector<std::size_t>& axes() const { return m_axes; }
    [[nodiscard]] bool keepAxes() const { return m_keepAxes; }

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    ReduceKind m_kind;
    std::vector<std::size_t> m_axes;
    bool m_keepAxes;
};

}  // namespace attnscope
