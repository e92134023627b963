#include "ops/convolution.h"
#include "ops/matmul.h"
#include "support/naive.h"
#include "support/operation_cases.h"
#include "support/random_tensor.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnscope::test {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// The element of a matrix of a batch, the last two axes perhaps swapped.
double element(const Tensor& tensor, Index index, std::int64_t row, std::int64_t column, bool transposed) {
    index.push_back(transposed ? column : row);
    index.push_back(transposed ? row : column);
    return at(tensor, index);
}

OperationCase matmulCase(Tensor a, Tensor b, bool transposeA, bool transposeB, const std::string& remark = {}) {
    auto operation = std::make_shared<MatMul>(transposeA, transposeB);
    std::vector<Tensor> inputs{std::move(a), std::move(b)};
    const Shape left = inputs[0].shape();
    const Shape right = inputs[1].shape();
    const std::int64_t inner = left[left.rank() - (transposeA ? 2 : 1)];
    std::vector<std::int64_t> extents =
        broadcastShape(left.upTo(left.rank() - 2), right.upTo(right.rank() - 2))->extents();
    extents.push_back(left[left.rank() - (transposeA ? 1 : 2)]);
    extents.push_back(right[right.rank() - (transposeB ? 2 : 1)]);
    Tensor expected = filled(Shape(extents), [&](const Index& index) {
        const Index batch(index.begin(), index.end() - 2);
        const std::int64_t row = index[index.size() - 2];
        double sum = 0.0;
        for (std::int64_t k = 0; k < inner; ++k)
            sum +=
                element(inputs[0], batch, row, k, transposeA) * element(inputs[1], batch, k, index.back(), transposeB);
        return sum;
    });
    std::string name = caseName(*operation, inputs, remark);
    name += std::string(transposeA ? ", a transposed" : "") + (transposeB ? ", b transposed" : "");
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

OperationCase matmulCase(const Shape& a, const Shape& b, bool transposeA = false, bool transposeB = false) {
    return matmulCase(randomTensor(a, 31), randomTensor(b, 32), transposeA, transposeB);
}

void addMatMulCases(std::vector<OperationCase>& cases) {
    for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{
             {{1, 1}, {1, 1}},
             {{23, 25}, {25, 27}},
             {{3, 7, 5}, {5, 4}},
             {{5, 13, 9}, {9, 1}},
             {{5, 1, 13}, {5, 13, 3}},
             {{5, 23, 25}, {5, 25, 27}},
             {{7, 5}, {3, 5, 2}},
             {{3, 7, 5}, {1, 5, 2}},
             {{2, 1, 3, 4}, {5, 4, 6}},
             {{7, 1}, {1, 3}},
             {{2, 3, 1009}, {1009, 2}},
             {{0, 5}, {5, 4}},
             {{3, 0}, {0, 4}},
         })
        cases.push_back(matmulCase(a, b));
    cases.push_back(matmulCase({25, 23}, {25, 27}, true, false));
    cases.push_back(matmulCase({23, 25}, {27, 25}, false, true));
    cases.push_back(matmulCase({25, 23}, {27, 25}, true, true));
    cases.push_back(matmulCase({5, 25, 23}, {5, 25, 27}, true, false));
    cases.push_back(matmulCase({5, 23, 25}, {5, 27, 25}, false, true));
    cases.push_back(matmulCase({5, 25, 23}, {5, 27, 25}, true, true));
    cases.push_back(matmulCase({3, 5, 7}, {5, 4}, true, false));
    cases.push_back(matmulCase({3, 7, 5}, {4, 5}, false, true));
    cases.push_back(matmulCase({2, 3, 11, 5}, {2, 3, 13, 5}, false, true));
    Tensor a = randomTensor({4, 3}, 33);
    a[1] = nan;
    a[4] = inf;
    cases.push_back(matmulCase(std::move(a), randomTensor({3, 5}, 34), false, false, "with NaN and infinity"));
}

struct Convolution {
    Shape x;
    Shape kernel;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t groups = 1;
};

OperationCase convolutionCase(const Convolution& c) {
    auto operation = std::make_shared<Convolution1D>(c.stride, c.dilation, c.groups);
    std::vector<Tensor> inputs{randomTensor(c.x, 41), randomTensor(c.kernel, 42)};
    std::int64_t steps = 0;
    while (steps * c.stride + (c.kernel[0] - 1) * c.dilation < c.x[1]) ++steps;
    Tensor expected = filled({c.x[0], steps, c.kernel[2]}, [&](const Index& index) {
        const std::int64_t group = index[2] / (c.kernel[2] / c.groups);
        double sum = 0.0;
        for (std::int64_t tap = 0; tap < c.kernel[0]; ++tap)
            for (std::int64_t in = 0; in < c.kernel[1]; ++in)
                sum += at(inputs[0], {index[0], index[1] * c.stride + tap * c.dilation, group * c.kernel[1] + in}) *
                       at(inputs[1], {tap, in, index[2]});
        return sum;
    });
    std::string name = caseName(*operation, inputs,
                                "stride " + std::to_string(c.stride) + ", dilation " + std::to_string(c.dilation) +
                                    ", groups " + std::to_string(c.groups));
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

/// Pools x as TensorFlow does: with SAME, ceil(time / stride) windows around the padded sequence.
OperationCase poolCase(PoolKind kind, Tensor x, std::int64_t width, std::int64_t stride, bool same) {
    auto operation = std::make_shared<Pool1D>(kind, width, stride, same);
    const std::int64_t time = x.dim(1);
    const auto steps = static_cast<std::int64_t>(
        std::ceil(static_cast<double>(same ? time : time - width + 1) / static_cast<double>(stride)));
    const std::int64_t before = same ? std::max<std::int64_t>((steps - 1) * stride + width - time, 0) / 2 : 0;
    std::vector<Tensor> inputs{std::move(x)};
    Tensor expected = filled({inputs[0].dim(0), steps, inputs[0].dim(2)}, [&](const Index& index) {
        double sum = 0.0;
        double largest = -std::numeric_limits<double>::infinity();
        std::int64_t count = 0;
        for (std::int64_t t = index[1] * stride - before; t < index[1] * stride - before + width; ++t) {
            if (t < 0 || t >= time) continue;
            const double value = at(inputs[0], {index[0], t, index[2]});
            sum += value;
            largest = naiveBinary(BinaryKind::Maximum, largest, value);
            ++count;
        }
        return kind == PoolKind::Max ? largest : sum / static_cast<double>(count);
    });
    std::string name = caseName(
        *operation, inputs,
        "width " + std::to_string(width) + ", stride " + std::to_string(stride) + (same ? ", same" : ", valid"));
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

void addPoolCases(std::vector<OperationCase>& cases) {
    for (const PoolKind kind : {PoolKind::Max, PoolKind::Average}) {
        for (const bool same : {false, true}) {
            cases.push_back(poolCase(kind, randomTensor({2, 11, 5}, 51, -2.0F, -1.0F), 3, 2, same));
            cases.push_back(poolCase(kind, randomTensor({2, 11, 5}, 52), 4, 1, same));
            cases.push_back(poolCase(kind, randomTensor({1, 13, 1}, 53), 2, 3, same));
            cases.push_back(poolCase(kind, randomTensor({5, 1, 7}, 54), 1, 1, same));
        }
        cases.push_back(poolCase(kind, randomTensor({3, 3, 2}, 55), 7, 2, true));
        Tensor x = randomTensor({1, 7, 2}, 56);
        x[4] = nan;
        x[11] = inf;
        cases.push_back(poolCase(kind, std::move(x), 3, 1, true));
    }
}

}  // namespace

void addProductCases(std::vector<OperationCase>& cases) {
    addMatMulCases(cases);
    for (const Convolution& convolution : std::vector<Convolution>{
             {{2, 11, 3}, {4, 3, 5}},
             {{2, 11, 3}, {4, 3, 5}, 2},
             {{5, 23, 7}, {3, 7, 13}, 3},
             {{2, 11, 3}, {3, 3, 5}, 1, 2},
             {{2, 11, 6}, {3, 2, 9}, 1, 1, 3},
             {{2, 23, 4}, {3, 2, 6}, 2, 3, 2},
             {{1, 1, 1}, {1, 1, 1}},
             {{3, 5, 2}, {5, 2, 1}},
             {{2, 9, 4}, {2, 1, 4}, 1, 1, 4},
             {{1, 9, 3}, {2, 3, 16}},
             {{3, 47, 20}, {3, 20, 67}},
             {{2, 61, 10}, {4, 5, 46}, 3, 2, 2},
         })
        cases.push_back(convolutionCase(convolution));
    addPoolCases(cases);
}

}  // namespace attnscope::test
