#pragma once

#include <array>
#include <cstdint>

namespace attnscope {

/// Σ term(row[i]) in double precision; the independent lanes let the compiler use vector additions.
template <typename Term>
double rowSum(const float* row, std::int64_t count, Term term) {
    constexpr std::int64_t width = 8;
    std::array<double, width> lanes{};
    std::int64_t i = 0;
    for (; i + width <= count; i += width)
        for (std::int64_t lane = 0; lane < width; ++lane)
            lanes[static_cast<std::size_t>(lane)] += term(static_cast<double>(row[i + lane]));
    double total = 0.0;
    for (const double lane : lanes) total += lane;
    for (; i < count; ++i) total += term(static_cast<double>(row[i]));
    return total;
}

/// Σ row[i] in double precision.
inline double rowSum(const float* row, std::int64_t count) {
    return rowSum(row, count, [](double x) { return x; });
}

/// NaN in either operand gives NaN, as IEEE 754-2019's maximum and minimum have it.
inline float maximum(float a, float b) {
    return a > b || a != a ? a : b;
}
inline float minimum(float a, float b) {
    return a < b || a != a ? a : b;
}

/// `into[i] = function(into[i], row[i])`
template <typename Function>
void combineRow(const float* row, std::int64_t count, float* into, Function function) {
    for (std::int64_t i = 0; i < count; ++i) into[i] = function(into[i], row[i]);
}

}  // namespace attnscope
