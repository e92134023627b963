#include "bench_case.h"

#include "ops/convolution.h"
#include "ops/edit.h"
#include "ops/elementwise.h"
#include "ops/gather.h"
#include "ops/layout.h"
#include "ops/matmul.h"
#include "ops/normalization.h"
#include "ops/recurrent.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

#include <cmath>

namespace attnscope::bench {
namespace {

double bytesOf(const Shape& shape) {
    return static_cast<double>(shape.elements()) * sizeof(float);
}

/// A case of one operation that reads its inputs and writes its output once.
Result<BenchCase> single(std::shared_ptr<const Operation> operation, std::vector<Tensor> inputs, double flops = 0.0,
                         const test::Tolerance& tolerance = {}) {
    BenchCase result;
    std::vector<Shape> shapes;
    for (const Tensor& input : inputs) shapes.push_back(input.shape());
    ATTN_TRY(Shape output, operation->inferShape(shapes));
    Step step{operation.get(), {}, inputs.size(), std::move(output)};
    result.bytes = bytesOf(step.shape);
    for (Tensor& input : inputs) {
        step.inputs.push_back(result.slots.size());
        result.bytes += bytesOf(input.shape());
        result.slots.push_back(share(std::move(input)));
    }
    result.slots.emplace_back();
    result.wanted = {step.output};
    result.steps = {std::move(step)};
    result.operations = {std::move(operation)};
    result.flops = flops;
    result.tolerance = tolerance;
    return result;
}

/// Sums of `terms` products of numbers within ±1: their roundings (6e-8 of what was summed so far) are not relative to
/// a result that may cancel to nothing.
test::Tolerance toleranceOfSum(std::int64_t terms) {
    return {1e-5F + 1e-7F * static_cast<float>(terms), 1e-4F};
}

Shape shapeOf(const Extents& e) {
    return {e.batch, e.time, e.features};
}

Tensor x(const Extents& e) {
    return numbers(shapeOf(e), 1);
}

Tensor zerosAndOnes(Shape shape) {
    Tensor mask = numbers(std::move(shape), 7, 0.0F, 1.0F);
    for (float& value : mask.data()) value = value < 0.7F ? 1.0F : 0.0F;
    return mask;
}

Result<BenchCase> matmul(Tensor a, Tensor b, bool transposeA, bool transposeB, double products) {
    const std::int64_t terms = a.shape()[transposeA ? 1 : 2];
    return single(std::make_shared<MatMul>(transposeA, transposeB), {std::move(a), std::move(b)}, 2.0 * products,
                  toleranceOfSum(terms));
}

Result<BenchCase> recurrent(const Extents& e, Cell cell) {
    Recurrent::Options options;
    options.cell = cell;
    const std::int64_t width = Recurrent::gates(cell) * e.features;
    const float scale = 1.0F / std::sqrt(static_cast<float>(e.features));
    return single(std::make_shared<Recurrent>(options),
                  {numbers({e.batch, e.time, width}, 1), numbers({e.features, width}, 2, -scale, scale)},
                  2.0 * e.elements() * static_cast<double>(width));
}

Result<BenchCase> gather(const Extents& e) {
    constexpr std::int64_t rows = 5000;
    Tensor ids = numbers({e.batch, e.time}, 3, 0.0F, static_cast<float>(rows) - 0.5F);
    for (float& id : ids.data()) id = std::floor(id);
    ATTN_TRY(BenchCase result, single(std::make_shared<Gather>(), {numbers({rows, e.features}, 1), std::move(ids)}));
    // The rows that are asked for, not the whole table.
    result.bytes = 2.0 * bytesOf(shapeOf(e)) + bytesOf({e.batch, e.time});
    return result;
}

std::vector<CaseMaker> elementwiseCases() {
    using Make = const Extents&;
    return {
        {"tanh", [](Make e) { return single(std::make_shared<Unary>(UnaryKind::Tanh), {x(e)}); }},
        {"add a bias",
         [](Make e) {
             return single(std::make_shared<Binary>(BinaryKind::Add), {x(e), numbers({e.features}, 2)});
         }},
        {"multiply",
         [](Make e) {
             return single(std::make_shared<Binary>(BinaryKind::Multiply), {x(e), numbers(shapeOf(e), 2)});
         }},
        {"select",
         [](Make e) {
             return single(std::make_shared<Select>(),
                           {zerosAndOnes({e.batch, e.time, 1}), x(e), numbers(shapeOf(e), 2)});
         }},
    };
}

std::vector<CaseMaker> productCases() {
    using Make = const Extents&;
    return {
        {"matmul x·W",
         [](Make e) {
             return matmul(x(e), numbers({e.features, e.features}, 2), false, false,
                           e.elements() * static_cast<double>(e.features));
         }},
        {"matmul xᵀ·W",
         [](Make e) {
             return matmul(x(e), numbers({e.time, e.time}, 2), true, false, e.elements() * static_cast<double>(e.time));
         }},
        {"matmul x·yᵀ",
         [](Make e) {
             return matmul(x(e), numbers(shapeOf(e), 2), false, true, e.elements() * static_cast<double>(e.time));
         }},
        {"matmul x·w, a vector",
         [](Make e) {
             return matmul(x(e), numbers({e.features, 1}, 2), false, false, e.elements());
         }},
        {"convolution, width 3",
         [](Make e) {
             return single(std::make_shared<Convolution1D>(1, 1, 1), {x(e), numbers({3, e.features, e.features}, 2)},
                           6.0 * e.elements() * static_cast<double>(e.features) * static_cast<double>(e.time - 2) /
                               static_cast<double>(e.time),
                           toleranceOfSum(3 * e.features));
         }},
        {"LSTM scan", [](Make e) { return recurrent(e, Cell::Lstm); }},
        {"GRU scan", [](Make e) { return recurrent(e, Cell::GruResetAfter); }},
    };
}

std::vector<CaseMaker> reductionCases() {
    using Make = const Extents&;
    using Axes = std::vector<std::size_t>;
    return {
        {"sum over features",
         [](Make e) { return single(std::make_shared<Reduce>(ReduceKind::Sum, Axes{2}), {x(e)}); }},
        {"sum over time", [](Make e) { return single(std::make_shared<Reduce>(ReduceKind::Sum, Axes{1}), {x(e)}); }},
        {"softmax over features", [](Make e) { return single(std::make_shared<Softmax>(2), {x(e)}); }},
        {"masked softmax over time",
         [](Make e) {
             return single(std::make_shared<Softmax>(1), {x(e), zerosAndOnes({e.batch, e.time, 1})});
         }},
        {"standardize features", [](Make e) { return single(std::make_shared<Standardize>(1, 1e-3F), {x(e)}); }},
        {"max pool, width 2",
         [](Make e) { return single(std::make_shared<Pool1D>(PoolKind::Max, 2, 2, true), {x(e)}); }},
        {"uniform weights",
         [](Make e) {
             return single(std::make_shared<UniformWeights>(1), {x(e), zerosAndOnes({e.batch, e.time})});
         }},
    };
}

std::vector<CaseMaker> layoutCases() {
    using Make = const Extents&;
    return {
        {"transpose",
         [](Make e) {
             return single(std::make_shared<Permute>(std::vector<std::size_t>{0, 2, 1}), {x(e)});
         }},
        {"broadcast over time",
         [](Make e) {
             return single(std::make_shared<Broadcast>(shapeOf(e)), {numbers({e.batch, 1, e.features}, 1)});
         }},
        {"reverse time", [](Make e) { return single(std::make_shared<Slice>(1, e.time - 1, e.time, -1), {x(e)}); }},
        {"concatenate",
         [](Make e) {
             return single(std::make_shared<Concatenate>(2), {x(e), numbers(shapeOf(e), 2)});
         }},
        {"pad time", [](Make e) { return single(std::make_shared<Pad>(1, 1, 1), {x(e)}); }},
        {"gather", gather},
        {"set elements",
         [](Make e) {
             return single(std::make_shared<SetElements>(std::vector<SetElements::Block>{{0, 1, 0.5F}}, true), {x(e)});
         }},
    };
}

}  // namespace

double BenchCase::memoryBytes() const {
    double sum = 0.0;
    for (const TensorPtr& given : slots)
        if (given != nullptr) sum += bytesOf(given->shape());
    for (const Step& step : steps) sum += bytesOf(step.shape);
    return sum;
}

Tensor numbers(Shape shape, std::uint32_t seed, float low, float high) {
    // Numerical Recipes' quick generator: good enough to fill gigabytes.
    std::uint32_t state = seed * 2654435761U + 1U;
    Tensor result(std::move(shape));
    for (float& value : result.data()) {
        state = state * 1664525U + 1013904223U;
        value = low + (high - low) * (static_cast<float>(state >> 8U) * 0x1p-24F);
    }
    return result;
}

std::vector<CaseMaker> allCases() {
    std::vector<CaseMaker> all;
    for (const auto& part : {elementwiseCases(), productCases(), reductionCases(), layoutCases(), layerCases()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

}  // namespace attnscope::bench
