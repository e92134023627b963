#include "ops/elementwise.h"
#include "ops/shape_rule.h"
#include "ops/unary_kernels.h"

namespace attnscope {

std::string_view Unary::name() const {
    switch (m_kind) {
        case UnaryKind::Identity:
            return "identity";
        case UnaryKind::Negate:
            return "negate";
        case UnaryKind::Exp:
            return "exp";
        case UnaryKind::Log:
            return "log";
        case UnaryKind::Sqrt:
            return "sqrt";
        case UnaryKind::Square:
            return "square";
        case UnaryKind::Abs:
            return "abs";
        case UnaryKind::Sign:
            return "sign";
        case UnaryKind::Reciprocal:
            return "reciprocal";
        case UnaryKind::Floor:
            return "floor";
        case UnaryKind::Tanh:
            return "tanh";
        case UnaryKind::Sigmoid:
            return "sigmoid";
        case UnaryKind::HardSigmoid:
            return "hard_sigmoid";
        case UnaryKind::HardSigmoid3:
            return "hard_sigmoid_3";
        case UnaryKind::Relu:
            return "relu";
        case UnaryKind::Relu6:
            return "relu6";
        case UnaryKind::Elu:
            return "elu";
        case UnaryKind::Selu:
            return "selu";
        case UnaryKind::Softplus:
            return "softplus";
        case UnaryKind::Softsign:
            return "softsign";
        case UnaryKind::Swish:
            return "swish";
        case UnaryKind::Gelu:
            return "gelu";
        case UnaryKind::GeluTanh:
            return "gelu_tanh";
        case UnaryKind::Mish:
            return "mish";
        case UnaryKind::LeakyRelu:
            return "leaky_relu";
        case UnaryKind::Round:
            return "round";
        case UnaryKind::Not:
            return "not";
    }
    return "unary";
}

Result<Shape> Unary::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 1));
    return inputs[0];
}

Status Unary::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    applyUnary(m_kind, m_alpha, inputs[0]->data().data(), static_cast<std::int64_t>(output.size()),
               output.data().data());
    return {};
}

}  // namespace attnscope
