#include "support/naive.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace attnscope::test {
namespace {

double clip(double x, double low, double high) {
    return std::isnan(x) ? x : std::clamp(x, low, high);
}
double sigmoid(double x) {
    return 1.0 / (1.0 + std::exp(-x));
}
double softplus(double x) {
    return x > 30.0 ? x : std::log1p(std::exp(x));
}
double elu(double x, double alpha) {
    return x > 0.0 ? x : alpha * std::expm1(x);
}
double sign(double x) {
    return std::isnan(x) ? x : static_cast<double>(x > 0.0) - static_cast<double>(x < 0.0);
}

}  // namespace

double naiveUnary(UnaryKind kind, double alpha, double x) {
    switch (kind) {
        case UnaryKind::Identity:
            return x;
        case UnaryKind::Negate:
            return -x;
        case UnaryKind::Exp:
            return std::exp(x);
        case UnaryKind::Log:
            return std::log(x);
        case UnaryKind::Sqrt:
            return std::sqrt(x);
        case UnaryKind::Square:
            return x * x;
        case UnaryKind::Abs:
            return std::abs(x);
        case UnaryKind::Sign:
            return sign(x);
        case UnaryKind::Reciprocal:
            return 1.0 / x;
        case UnaryKind::Floor:
            return std::floor(x);
        case UnaryKind::Round:
            return std::nearbyint(x);
        case UnaryKind::Tanh:
            return std::tanh(x);
        case UnaryKind::Sigmoid:
            return sigmoid(x);
        case UnaryKind::HardSigmoid:
            return clip(0.2 * x + 0.5, 0.0, 1.0);
        case UnaryKind::HardSigmoid3:
            return clip(x + 3.0, 0.0, 6.0) / 6.0;
        case UnaryKind::Relu:
            return clip(x, 0.0, std::numeric_limits<double>::infinity());
        case UnaryKind::Relu6:
            return clip(x, 0.0, 6.0);
        case UnaryKind::Elu:
            return elu(x, alpha);
        case UnaryKind::Selu:
            return 1.0507009873554805 * elu(x, 1.6732632423543772);
        case UnaryKind::Softplus:
            return softplus(x);
        case UnaryKind::Softsign:
            return x / (1.0 + std::abs(x));
        case UnaryKind::Swish:
            return x * sigmoid(x);
        case UnaryKind::Gelu:
            return 0.5 * x * (1.0 + std::erf(x / std::numbers::sqrt2));
        case UnaryKind::GeluTanh:
            return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
        case UnaryKind::Mish:
            return x * std::tanh(softplus(x));
        case UnaryKind::LeakyRelu:
            return x > 0.0 ? x : alpha * x;
        case UnaryKind::Not:
            return x == 0.0 ? 1.0 : 0.0;
    }
    return 0.0;
}

double naiveBinary(BinaryKind kind, double a, double b) {
    const bool unordered = std::isnan(a) || std::isnan(b);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    switch (kind) {
        case BinaryKind::Add:
            return a + b;
        case BinaryKind::Subtract:
            return a - b;
        case BinaryKind::Multiply:
            return a * b;
        case BinaryKind::Divide:
            return a / b;
        case BinaryKind::Maximum:
            return unordered ? nan : std::max(a, b);
        case BinaryKind::Minimum:
            return unordered ? nan : std::min(a, b);
        case BinaryKind::Power:
            return std::pow(a, b);
        case BinaryKind::Equal:
            return a == b ? 1.0 : 0.0;
        case BinaryKind::NotEqual:
            return a == b ? 0.0 : 1.0;
        case BinaryKind::Greater:
            return a > b ? 1.0 : 0.0;
        case BinaryKind::GreaterEqual:
            return a >= b ? 1.0 : 0.0;
        case BinaryKind::Less:
            return a < b ? 1.0 : 0.0;
        case BinaryKind::LessEqual:
            return a <= b ? 1.0 : 0.0;
        case BinaryKind::And:
            return a != 0.0 && b != 0.0 ? 1.0 : 0.0;
        case BinaryKind::Or:
            return a != 0.0 || b != 0.0 ? 1.0 : 0.0;
    }
    return 0.0;
}

}  // namespace attnscope::test
