#include "ops/matmul.h"

#include "ops/elementwise.h"
#include "ops/one_thread.h"
#include "ops/shape_rule.h"
#include "ops/strided.h"

#include <Eigen/Core>

#include <optional>

namespace attnscope {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Matrix>;

Shape batchOf(const Shape& shape) {
    return shape.upTo(shape.rank() - 2);
}

std::int64_t rows(const Shape& shape, bool transposed) {
    return shape[shape.rank() - (transposed ? 1 : 2)];
}
std::int64_t columns(const Shape& shape, bool transposed) {
    return shape[shape.rank() - (transposed ? 2 : 1)];
}

/// One product; Eigen reads a transposed operand in place.
void multiply(const ConstMap& a, bool transposeA, const ConstMap& b, bool transposeB, Eigen::Map<Matrix> out) {
    std::optional<OneThread> small;
    if (out.size() * (transposeA ? a.rows() : a.cols()) < worthThreads) small.emplace();
    if (transposeA && transposeB) {
        out.noalias() = a.transpose() * b.transpose();
    } else if (transposeA) {
        out.noalias() = a.transpose() * b;
    } else if (transposeB) {
        out.noalias() = a * b.transpose();
    } else {
        out.noalias() = a * b;
    }
}

}  // namespace

std::string_view MatMul::name() const {
    return "matmul";
}

Result<Shape> MatMul::inferShape(std::span<const Shape> inputs) const {
    ATTN_CHECK(expectInputs(name(), inputs, 2));
    const Shape& a = inputs[0];
    const Shape& b = inputs[1];
    std::string product = std::string(m_transposeA ? "transposed " : "") + a.text() + " × " +
                          (m_transposeB ? "transposed " : "") + b.text();
    const auto refuse = [&](const std::string& message) {
        return fail(ErrorCode::Shape, std::string(name()) + ": " + product + ": " + message);
    };
    if (a.rank() < 2 || b.rank() < 2)
        return refuse("ranks " + std::to_string(a.rank()) + " and " + std::to_string(b.rank()) +
                      ", expected at least 2 each");
    const std::int64_t left = columns(a, m_transposeA);
    const std::int64_t right = rows(b, m_transposeB);
    if (left != right)
        return refuse("inner extents " + std::to_string(left) + " and " + std::to_string(right) + " differ");
    const Result<Shape> batch = broadcastShape(batchOf(a), batchOf(b));
    if (!batch) return refuse("leading axes " + batch.error().message);
    std::vector<std::int64_t> extents = batch->extents();
    extents.push_back(rows(a, m_transposeA));
    extents.push_back(columns(b, m_transposeB));
    return Shape(std::move(extents));
}

Status MatMul::evaluate(std::span<const Tensor* const> inputs, Tensor& output, const CancelToken& cancel) const {
    const Tensor& a = *inputs[0];
    const Tensor& b = *inputs[1];
    if (output.size() == 0) return {};
    const std::int64_t m = rows(a.shape(), m_transposeA);
    const std::int64_t k = columns(a.shape(), m_transposeA);
    const std::int64_t n = columns(b.shape(), m_transposeB);
    const auto left = [&](const float* data, std::int64_t height) {
        return m_transposeA ? ConstMap(data, k, height) : ConstMap(data, height, k);
    };
    const auto right = [&](const float* data) { return m_transposeB ? ConstMap(data, n, k) : ConstMap(data, k, n); };
    float* out = output.data().data();

    const Shape batch = batchOf(output.shape());
    if (!m_transposeA && batchOf(b.shape()).elements() == 1) {
        // [..., m, k] × [k, n]: one tall product.
        const std::int64_t height = m * batch.elements();
        multiply(left(a.data().data(), height), false, right(b.data().data()), m_transposeB,
                 Eigen::Map<Matrix>(out, height, n));
        return {};
    }
    forEachRun<2>(batch, {broadcastStrides(batchOf(a.shape()), batch), broadcastStrides(batchOf(b.shape()), batch)},
                  [&](std::int64_t position, const auto& offsets, std::int64_t count, const auto& steps) {
                      for (std::int64_t i = 0; i < count && !cancel.cancelled(); ++i)
                          multiply(left(a.data().data() + (offsets[0] + i * steps[0]) * m * k, m), m_transposeA,
                                   right(b.data().data() + (offsets[1] + i * steps[1]) * k * n), m_transposeB,
                                   Eigen::Map<Matrix>(out + (position + i) * m * n, m, n));
                  });
    return {};
}

}  // namespace attnscope
