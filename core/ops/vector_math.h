#pragma once

#include <Eigen/Core>

namespace attnscope {

// Eigen expressions for the kernels of this room; no header that another room sees includes this one. They return
// expressions over their argument, so the argument must be a Map or an expression that lives as long as the statement.

/// e^x. Eigen 3.4's packet exp depends on the instruction set beyond |x| ≈ 87: exp(−∞) is 2.9e-39 with SSE, and with
/// AVX-512 exp(88.7) is ∞. The square of exp(x/2) stays away from both edges, and gives 0 and ∞ where they belong.
template <typename Derived>
auto vectorExp(const Eigen::ArrayBase<Derived>& x) {
    return (0.5F * x.derived()).exp().square();
}

/// 1 / (1 + e^−x): 0 and 1 in the limits, and the relative error stays small on both sides.
template <typename Derived>
auto vectorSigmoid(const Eigen::ArrayBase<Derived>& x) {
    return (1.0F + (-0.5F * x.derived()).exp().square()).inverse();
}

/// log(1 + e^x), written so that nothing overflows; NaN comes through the second term.
template <typename Derived>
auto vectorSoftplus(const Eigen::ArrayBase<Derived>& x) {
    return x.derived().max(0.0F) + (-0.5F * x.derived().abs()).exp().square().log1p();
}

}  // namespace attnscope
