#include "ops/elementwise.h"
#include "ops/row_kernels.h"
#include "ops/shape_rule.h"
#include "ops/strided.h"

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

float truth(bool holds) {
    return holds ? 1.0F : 0.0F;
}
/// Runs over broadcast operands have steps 0 or 1, never both 0: each combination is a loop the compiler vectorises.
template <typename Function>
void broadcastLoop(const Tensor& a, const Tensor& b, Tensor& output, Function function) {
    const Shape& shape = output.shape();
    float* out = output.data().data();
    forEachRun<2>(shape, {broadcastStrides(a.shape(), shape), broadcastStrides(b.shape(), shape)},
                  [&](std::int64_t position, const auto& offsets, std::int64_t count, const auto& steps) {
                      const float* left = a.data().data() + offsets[0];
                      const float* right = b.data().data() + offsets[1];
                      float* target = out + position;
                      if (steps[0] == 0) {
                          const float fixed = *left;
                          for (std::int64_t i = 0; i < count; ++i) target[i] = function(fixed, right[i]);
                      } else if (steps[1] == 0) {
                          const float fixed = *right;
                          for (std::int64_t i = 0; i < count; ++i) target[i] = function(left[i], fixed);
                      } else {
                          for (std::int64_t i = 0; i < count; ++i) target[i] = function(left[i], right[i]);
                      }
                  });
}

}  // namespace

Result<Shape> broadcastShape(const Shape& a, const Shape& b) {
    std::vector<std::int64_t> extents(std::max(a.rank(), b.rank()));
    for (std::size_t fromEnd = 1; fromEnd <= extents.size(); ++fromEnd) {
        const std::int64_t left = fromEnd <= a.rank() ? a[a.rank() - fromEnd] : 1;
        const std::int64_t right = fromEnd <= b.rank() ? b[b.rank() - fromEnd] : 1;
        if (left != right && left != 1 && right != 1)
            return fail(ErrorCode::Shape, a.text() + " and " + b.text() + ": extents " + std::to_string(left) +
                                              " and " + std::to_string(right) + " differ and neither is 1");
        extents[extents.size() - fromEnd] = left == 1 ? right : left;
    }
    return Shape(std::move(extents));
}

std::string_view Binary::name() const {
    switch (m_kind) {
        case BinaryKind::Add:
            return "add";
        case BinaryKind::Subtract:
            return "subtract";
        case BinaryKind::Multiply:
            return "multiply";
        case BinaryKind::Divide:
            return "divide";
        case BinaryKind::Maximum:
            return "maximum";
        case BinaryKind::Minimum:
            return "minimum";
        case BinaryKind::Power:
            return "power";
        case BinaryKind::Equal:
            return "equal";
        case BinaryKind::NotEqual:
            return "not_equal";
        case BinaryKind::Greater:
            return "greater";
        case BinaryKind::GreaterEqual:
            return "greater_equal";
        case BinaryKind::Less:
            return "less";
        case BinaryKind::LessEqual:
            return "less_equal";
        case BinaryKind::And:
            return "and";
        case BinaryKind::Or:
            return "or";
    }
    return "binary";
}

Result<Shape> Binary::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 2));
    Result<Shape> shape = broadcastShape(inputs[0], inputs[1]);
    if (!shape) return failWithin(std::string(name()), std::move(shape).error());
    return shape;
}

Status Binary::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken&) const {
    const auto run = [&](auto function) { broadcastLoop(*inputs[0], *inputs[1], output, function); };
    switch (m_kind) {
        case BinaryKind::Add:
            run([](float a, float b) { return a + b; });
            break;
        case BinaryKind::Subtract:
            run([](float a, float b) { return a - b; });
            break;
        case BinaryKind::Multiply:
            run([](float a, float b) { return a * b; });
            break;
        case BinaryKind::Divide:
            run([](float a, float b) { return a / b; });
            break;
        case BinaryKind::Maximum:
            run([](float a, float b) { return maximum(a, b); });
            break;
        case BinaryKind::Minimum:
            run([](float a, float b) { return minimum(a, b); });
            break;
        case BinaryKind::Power:
            run([](float a, float b) { return std::pow(a, b); });
            break;
        case BinaryKind::Equal:
            run([](float a, float b) { return truth(a == b); });
            break;
        case BinaryKind::NotEqual:
            run([](float a, float b) { return truth(a != b); });
            break;
        case BinaryKind::Greater:
            run([](float a, float b) { return truth(a > b); });
            break;
        case BinaryKind::GreaterEqual:
            run([](float a, float b) { return truth(a >= b); });
            break;
        case BinaryKind::Less:
            run([](float a, float b) { return truth(a < b); });
            break;
        case BinaryKind::LessEqual:
            run([](float a, float b) { return truth(a <= b); });
            break;
        case BinaryKind::And:
            run([](float a, float b) { return truth(a != 0.0F && b != 0.0F); });
            break;
        case BinaryKind::Or:
            run([](float a, float b) { return truth(a != 0.0F || b != 0.0F); });
            break;
    }
    return {};
}

}  // namespace attnscope
