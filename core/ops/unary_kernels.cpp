#include "ops/unary_kernels.h"

#include "ops/vector_math.h"

#include <cmath>

namespace attnscope {
namespace {

// tf_keras/src/activations.py, selu (Klambauer et al. 2017).
constexpr float seluScale = 1.05070098735548049342F;
constexpr float seluAlpha = 1.67326324235437728481F;
constexpr float sqrtHalf = 0.70710678118654752440F;
constexpr float sqrtTwoOverPi = 0.79788456080286535588F;

/// Comparisons below are written so that NaN, which is neither smaller nor larger, comes through.
float clip(float x, float low, float high) {
    return x < low ? low : (x > high ? high : x);
}
float sign(float x) {
    return x > 0.0F ? 1.0F : (x < 0.0F ? -1.0F : x);
}
/// erfc keeps the digits that 1 + erf loses for negative x.
float gelu(float x) {
    return 0.5F * x * std::erfc(-x * sqrtHalf);
}

template <typename Function>
void each(const float* in, std::int64_t count, float* out, Function function) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = function(in[i]);
}

}  // namespace

void applyUnary(UnaryKind kind, float alpha, const float* in, std::int64_t count, float* out) {
    const Eigen::Map<const Eigen::ArrayXf> x(in, count);
    Eigen::Map<Eigen::ArrayXf> y(out, count);
    switch (kind) {
        case UnaryKind::Identity:
            y = x;
            return;
        case UnaryKind::Negate:
            y = -x;
            return;
        case UnaryKind::Exp:
            y = vectorExp(x);
            return;
        case UnaryKind::Log:
            y = x.log();
            return;
        case UnaryKind::Sqrt:
            y = x.sqrt();
            return;
        case UnaryKind::Square:
            y = x.square();
            return;
        case UnaryKind::Abs:
            y = x.abs();
            return;
        case UnaryKind::Sign:
            return each(in, count, out, sign);
        case UnaryKind::Reciprocal:
            return each(in, count, out, [](float v) { return 1.0F / v; });
        case UnaryKind::Floor:
            y = x.floor();
            return;
        case UnaryKind::Tanh:
            y = x.tanh();
            return;
        case UnaryKind::Sigmoid:
            y = vectorSigmoid(x);
            return;
        case UnaryKind::HardSigmoid:
            return each(in, count, out, [](float v) { return clip(0.2F * v + 0.5F, 0.0F, 1.0F); });
        case UnaryKind::HardSigmoid3:
            return each(in, count, out, [](float v) { return clip(v + 3.0F, 0.0F, 6.0F) / 6.0F; });
        case UnaryKind::Relu:
            return each(in, count, out, [](float v) { return v < 0.0F ? 0.0F : v; });
        case UnaryKind::Relu6:
            return each(in, count, out, [](float v) { return clip(v, 0.0F, 6.0F); });
        case UnaryKind::Elu:
            return each(in, count, out, [alpha](float v) { return v > 0.0F ? v : alpha * std::expm1(v); });
        case UnaryKind::Selu:
            return each(in, count, out, [](float v) { return seluScale * (v > 0.0F ? v : seluAlpha * std::expm1(v)); });
        case UnaryKind::Softplus:
            y = vectorSoftplus(x);
            return;
        case UnaryKind::Softsign:
            y = x / (1.0F + x.abs());
            return;
        case UnaryKind::Swish:
            y = x * vectorSigmoid(x);
            return;
        case UnaryKind::Gelu:
            return each(in, count, out, gelu);
        case UnaryKind::GeluTanh:
            y = 0.5F * x * (1.0F + (sqrtTwoOverPi * (x + 0.044715F * x.cube())).tanh());
            return;
        case UnaryKind::Mish:
            y = x * vectorSoftplus(x).tanh();
            return;
        case UnaryKind::LeakyRelu:
            return each(in, count, out, [alpha](float v) { return v > 0.0F ? v : alpha * v; });
        case UnaryKind::Round:
            return each(in, count, out, [](float v) { return std::nearbyint(v); });
        case UnaryKind::Not:
            return each(in, count, out, [](float v) { return v == 0.0F ? 1.0F : 0.0F; });
    }
}

}  // namespace attnscope
