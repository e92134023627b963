#include "support/tensor_compare.h"

#include "base/text.h"

#include <cmath>
#include <limits>

namespace attnscope::test {
namespace {

/// How many times the allowed difference: up to 1 is fine.
double excess(float actual, float expected, Tolerance tolerance) {
    if (std::isnan(actual) && std::isnan(expected)) return 0.0;
    if (actual == expected) return 0.0;
    if (!std::isfinite(actual) || !std::isfinite(expected)) return std::numeric_limits<double>::infinity();
    const double allowed = static_cast<double>(tolerance.absolute) +
                           static_cast<double>(tolerance.relative) * std::abs(static_cast<double>(expected));
    const double distance = std::abs(static_cast<double>(actual) - static_cast<double>(expected));
    return allowed > 0.0 ? distance / allowed : std::numeric_limits<double>::infinity();
}

}  // namespace

bool isNear(float actual, float expected, Tolerance tolerance) {
    return excess(actual, expected, tolerance) <= 1.0;
}

std::string indexText(const Shape& shape, std::size_t flat) {
    const auto strides = shape.strides();
    Shape index = shape;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis)
        index[axis] = static_cast<std::int64_t>(flat) / strides[axis] % shape[axis];
    return index.text();
}

std::string difference(const Tensor& actual, const Tensor& expected, Tolerance tolerance) {
    if (actual.shape() != expected.shape())
        return "shape " + actual.shape().text() + ", expected " + expected.shape().text();
    std::size_t different = 0;
    std::size_t worst = 0;
    double worstExcess = 1.0;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const double found = excess(actual[i], expected[i], tolerance);
        if (found <= 1.0) continue;
        ++different;
        if (found > worstExcess) {
            worst = i;
            worstExcess = found;
        }
    }
    if (different == 0) return {};
    return std::to_string(different) + " of " + std::to_string(actual.size()) + " elements of " +
           actual.shape().text() + " differ, worst at " + indexText(actual.shape(), worst) + ": " +
           floatText(actual[worst]) + ", expected " + floatText(expected[worst]);
}

}  // namespace attnscope::test
