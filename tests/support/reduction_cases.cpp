#include "ops/edit.h"
#include "ops/normalization.h"
#include "ops/reduce.h"
#include "ops/softmax.h"
#include "support/naive.h"
#include "support/operation_cases.h"
#include "support/random_tensor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace attnscope::test {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

double naiveReduce(ReduceKind kind, const std::vector<double>& values) {
    double result = kind == ReduceKind::Product ? 1.0 : 0.0;
    if (kind == ReduceKind::Max || kind == ReduceKind::Min) result = values.front();
    for (const double value : values) {
        switch (kind) {
            case ReduceKind::Sum:
            case ReduceKind::Mean:
                result += value;
                break;
            case ReduceKind::Max:
                result = naiveBinary(BinaryKind::Maximum, result, value);
                break;
            case ReduceKind::Min:
                result = naiveBinary(BinaryKind::Minimum, result, value);
                break;
            case ReduceKind::Product:
                result *= value;
                break;
        }
    }
    return kind == ReduceKind::Mean ? result / static_cast<double>(values.size()) : result;
}

OperationCase reduceCase(ReduceKind kind, Tensor x, std::vector<std::size_t> axes, bool keepAxes,
                         Tolerance tolerance = {}) {
    auto operation = std::make_shared<Reduce>(kind, axes, keepAxes);
    Shape kept = x.shape();
    std::vector<std::int64_t> extents;
    std::string remark = "over";
    for (std::size_t axis = 0; axis < x.rank(); ++axis) {
        const bool reduced = std::ranges::find(axes, axis) != axes.end();
        if (reduced) kept[axis] = 1;
        if (!reduced || keepAxes) extents.push_back(kept[axis]);
    }
    for (const std::size_t axis : axes) remark += " " + std::to_string(axis);
    Tensor expected = filled(kept, [&](const Index& result) {
        std::vector<double> values;
        forEachIndex(x.shape(), [&](const Index& index) {
            bool belongs = true;
            for (std::size_t axis = 0; axis < x.rank(); ++axis)
                belongs = belongs && (index[axis] == result[axis] || std::ranges::find(axes, axis) != axes.end());
            if (belongs) values.push_back(at(x, index));
        });
        return naiveReduce(kind, values);
    });
    std::vector<Tensor> inputs{std::move(x)};
    std::string name = caseName(*operation, inputs, remark + (keepAxes ? ", kept" : ""));
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected).reshaped(Shape(extents)),
            tolerance};
}

void addReduceCases(std::vector<OperationCase>& cases) {
    for (int i = 0; i <= static_cast<int>(ReduceKind::Product); ++i) {
        const auto kind = static_cast<ReduceKind>(i);
        const std::vector<std::vector<std::size_t>> choices{{},     {0},    {1},       {3},         {1, 2},
                                                            {0, 2}, {3, 1}, {0, 1, 3}, {3, 2, 1, 0}};
        for (const auto& axes : choices)
            for (const bool keep : {false, true})
                cases.push_back(reduceCase(kind, randomTensor({5, 7, 3, 4}, 61), axes, keep));
        cases.push_back(reduceCase(kind, randomTensor({}, 62), {}, false));
        cases.push_back(reduceCase(kind, randomTensor({1, 1, 1}, 62), {0, 2}, false));
        cases.push_back(reduceCase(kind, randomTensor({5, 1, 3}, 62), {0, 1}, false));
        cases.push_back(reduceCase(kind, randomTensor({23, 25}, 63), {1}, false));
        Tensor x = randomTensor({4, 3}, 64);
        x[1] = nan;
        x[4] = inf;
        x[6] = -inf;
        cases.push_back(reduceCase(kind, x, {0}, false));
        cases.push_back(reduceCase(kind, x, {1}, false));
        // Few long rows.
        for (const std::size_t axis : {std::size_t{0}, std::size_t{1}})
            cases.push_back(reduceCase(
                kind, randomTensor({axis == 0 ? 20011 : 3, axis == 0 ? 3 : 20011}, 66, -1.2F, 1.2F), {axis}, false));
        cases.push_back(reduceCase(kind, randomTensor({103, 3, 211}, 67), {0, 2}, false));
    }
    // Neither vanishes nor overflows on the way.
    cases.push_back(
        reduceCase(ReduceKind::Product, Tensor({7}, {1e-30F, 1e-30F, 1e30F, 3e30F, 1e30F, 1e-30F, 1e3F}), {0}, false));
    cases.push_back(reduceCase(ReduceKind::Sum, Tensor({3, 0, 2}), {1}, false));
    cases.push_back(reduceCase(ReduceKind::Product, Tensor({3, 0, 2}), {1}, true));
    // A running float32 sum of this many numbers is off by about 1e-4.
    for (const Shape& shape : {Shape{100003}, Shape{100003, 2}})
        cases.push_back(reduceCase(ReduceKind::Sum, randomTensor(shape, 65, 0.9F, 1.1F), {0}, false, {0.0F, 1e-6F}));
}

OperationCase softmaxCase(Tensor scores, std::size_t axis, std::optional<Tensor> mask = {},
                          const std::string& remark = {}) {
    auto operation = std::make_shared<Softmax>(axis);
    const std::int64_t extent = scores.dim(axis);
    const auto open = [&](const Index& index) { return !mask || at(*mask, index) != 0.0; };
    Tensor expected = filled(scores.shape(), [&](const Index& index) {
        if (!open(index)) return 0.0;
        Index other = index;
        double largest = -std::numeric_limits<double>::infinity();
        for (other[axis] = 0; other[axis] < extent; ++other[axis])
            if (open(other)) largest = naiveBinary(BinaryKind::Maximum, largest, at(scores, other));
        double sum = 0.0;
        for (other[axis] = 0; other[axis] < extent; ++other[axis])
            if (open(other)) sum += std::exp(at(scores, other) - largest);
        return std::exp(at(scores, index) - largest) / sum;
    });
    std::vector<Tensor> inputs{std::move(scores)};
    if (mask) inputs.push_back(*std::move(mask));
    std::string name = caseName(*operation, inputs, "over " + std::to_string(axis) + remark);
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

void addSoftmaxCases(std::vector<OperationCase>& cases) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const Tensor scores = randomTensor({5, 23, 7}, 71, -10.0F, 10.0F);
        cases.push_back(softmaxCase(scores, axis));
        for (const Shape& mask : {Shape{5, 23, 7}, Shape{5, 23, 1}, Shape{23, 1}, Shape{7}, Shape{5, 1, 1}})
            cases.push_back(softmaxCase(scores, axis, randomMask(mask, 72), ", masked"));
        cases.push_back(softmaxCase(scores, axis, Tensor(Shape{1}, 0.0F), ", all masked"));
        cases.push_back(softmaxCase(randomTensor({5, 23, 7}, 73, -1e4F, 1e4F), axis, {}, ", large scores"));
        cases.push_back(softmaxCase(randomTensor({5, 23, 7}, 74, -1e30F, 1e30F), axis, randomMask({5, 23, 7}, 75),
                                    ", huge scores"));
    }
    for (const Shape& shape : {Shape{1}, Shape{1, 5}, Shape{5, 1}, Shape{1, 1, 1}})
        for (std::size_t axis = 0; axis < shape.rank(); ++axis)
            cases.push_back(softmaxCase(randomTensor(shape, 76), axis));
    for (const Shape& shape : {Shape{2, 1031}, Shape{1031, 3}, Shape{1, 5003}, Shape{5003, 1}, Shape{2003, 2}}) {
        const std::size_t axis = shape[0] > shape[1] ? 0 : 1;
        cases.push_back(softmaxCase(randomTensor(shape, 77, -10.0F, 10.0F), axis));
        cases.push_back(softmaxCase(randomTensor(shape, 77, -10.0F, 10.0F), axis, randomMask(shape, 78), ", masked"));
    }
    for (const std::size_t axis : {std::size_t{0}, std::size_t{1}}) {
        // What is masked counts for nothing, be it the largest score, NaN or infinite.
        Tensor scores({3, 3}, {1e4F, -1e4F, nan, -1e4F, -1e4F, inf, nan, -inf, -9999.0F});
        Tensor mask({3, 3}, {0.0F, 1.0F, 0.0F, 1.0F, 1.0F, 0.0F, 0.0F, 0.0F, 1.0F});
        cases.push_back(softmaxCase(std::move(scores), axis, std::move(mask), ", masked NaN and infinity"));
        cases.push_back(softmaxCase(Tensor({2, 2}, {0.5F, -inf, 2.0F, 1.0F}), axis, {}, ", minus infinity"));
    }
}

Tensor standardized(const Tensor& x, std::size_t axes, double epsilon) {
    const std::int64_t count = x.shape().from(x.rank() - axes).elements();
    Tensor result(x.shape());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t start = i / static_cast<std::size_t>(count) * static_cast<std::size_t>(count);
        double mean = 0.0;
        double variance = 0.0;
        const auto value = [&](std::int64_t k) { return static_cast<double>(x[start + static_cast<std::size_t>(k)]); };
        for (std::int64_t k = 0; k < count; ++k) mean += value(k) / static_cast<double>(count);
        for (std::int64_t k = 0; k < count; ++k) variance += std::pow(value(k) - mean, 2) / static_cast<double>(count);
        result[i] = static_cast<float>((static_cast<double>(x[i]) - mean) / std::sqrt(variance + epsilon));
    }
    return result;
}

OperationCase standardizeCase(Tensor x, std::size_t axes, float epsilon) {
    auto operation = std::make_shared<Standardize>(axes, epsilon);
    Tensor expected = standardized(x, axes, static_cast<double>(epsilon));
    std::vector<Tensor> inputs{std::move(x)};
    std::string name = caseName(*operation, inputs, "over the last " + std::to_string(axes));
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

/// 1 / (open elements of the row) where the mask is open.
OperationCase uniformCase(Tensor weights, std::size_t axis, std::optional<Tensor> mask = {}) {
    auto operation = std::make_shared<UniformWeights>(axis);
    const auto open = [&](std::int64_t batch, std::int64_t step) { return mask ? at(*mask, {batch, step}) : 1.0; };
    Tensor expected = filled(weights.shape(), [&](const Index& index) {
        double count = 0.0;
        for (std::int64_t step = 0; step < weights.dim(axis); ++step) count += open(index[0], step);
        return open(index[0], index[axis]) == 0.0 ? 0.0 : 1.0 / count;
    });
    std::vector<Tensor> inputs{std::move(weights)};
    if (mask) inputs.push_back(*std::move(mask));
    std::string name = caseName(*operation, inputs, "along " + std::to_string(axis));
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

}  // namespace

void addReductionCases(std::vector<OperationCase>& cases) {
    addReduceCases(cases);
    addSoftmaxCases(cases);
    for (const std::size_t axes : {1U, 2U, 3U})
        cases.push_back(standardizeCase(randomTensor({5, 23, 7}, 81), axes, 1e-3F));
    cases.push_back(standardizeCase(Tensor({3, 5}, 0.7F), 1, 1e-3F));
    cases.push_back(standardizeCase(randomTensor({3, 127}, 82, 9999.0F, 10001.0F), 1, 1e-6F));
    cases.push_back(standardizeCase(randomTensor({7, 1}, 83), 1, 1e-3F));
    cases.push_back(standardizeCase(randomTensor({3, 1031}, 83), 1, 1e-3F));
    cases.push_back(standardizeCase(Tensor({2, 2}, {1.0F, nan, 1.0F, 3.0F}), 1, 1e-3F));
    cases.push_back(uniformCase(randomTensor({5, 23}, 84), 1));
    Tensor mask = randomMask({5, 23}, 85);
    std::fill_n(mask.data().begin(), 23, 0.0F);
    cases.push_back(uniformCase(randomTensor({5, 23}, 86), 1, mask));
    cases.push_back(uniformCase(randomTensor({5, 7, 23}, 87), 2, mask));
    cases.push_back(uniformCase(randomTensor({5, 23, 3}, 88), 1, mask));
    cases.push_back(uniformCase(randomTensor({2, 1031}, 89), 1, randomMask({2, 1031}, 90)));
}

}  // namespace attnscope::test
