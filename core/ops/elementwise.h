#pragma once

#include "graph/operation.h"

namespace attnscope {

enum class UnaryKind {
    Identity, Negate, Exp, Log, Sqrt, Square, Abs, Sign, Reciprocal, Floor,
    Tanh, Sigmoid, HardSigmoid,   ///< Keras 2: clip(0.2x + 0.5, 0, 1)
    HardSigmoid3,                 ///< Keras 3: relu6(x + 3) / 6
    Relu, Relu6, Elu, Selu, Softplus, Softsign, Swish, Gelu, GeluTanh, Mish,
    LeakyRelu,  ///< x where x > 0, else αx
    Round,      ///< to the nearest whole number, from the middle to the even one
    Not,  ///< 1 where x is 0, else 0
};

/// `y = kind(x)`, element by element, any shape. `alpha` is the slope of LeakyRelu and the scale of Elu.
class Unary final : public Operation {
public:
    explicit Unary(UnaryKind kind, float alpha = 1.0F) : m_kind(kind), m_alpha(alpha) {}
    [[nodiscard]] UnaryKind kind() const { return m_kind; }
    [[nodiscard]] float alpha() const { return m_alpha; }

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    UnaryKind m_kind;
    float m_alpha;
};

enum class BinaryKind {
    Add, Subtract, Multiply, Divide, Maximum, Minimum, Power,
    Equal, NotEqual, Greater, GreaterEqual, Less, LessEqual,  ///< give 1 or 0
    And, Or,  ///< of values read as "not 0"; give 1 or 0
};

/// `y = a kind b` with NumPy's broadcasting: shapes are aligned at their last axes, an extent of 1 stretches.
class Binary final : public Operation {
public:
    explicit Binary(BinaryKind kind) : m_kind(kind) {}
    [[nodiscard]] BinaryKind kind() const { return m_kind; }

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;

private:
    BinaryKind m_kind;
};

/// `y = condition ≠ 0 ? a : b`; inputs (condition, a, b), all broadcast.
class Select final : public Operation {
public:
    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] Result<Shape> inferShape(std::span<const Shape> inputs) const override;
    [[nodiscard]] Status evaluate(std::span<const Tensor* const> inputs, Tensor& output,
                                  const CancelToken& cancel) const override;
    [[nodiscard]] Status record(VulkanCall& call) const override;
};

/// The shape that both broadcast to by NumPy's rule, or an error of code Shape.
[[nodiscard]] Result<Shape> broadcastShape(const Shape& a, const Shape& b);

}  // namespace attnscope
