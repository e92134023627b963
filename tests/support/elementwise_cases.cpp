#include "ops/elementwise.h"
#include "support/naive.h"
#include "support/operation_cases.h"
#include "support/random_tensor.h"

#include <limits>

namespace attnscope::test {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// NaN, the infinities, both zeros, and what lies around the points where float32 functions overflow or saturate.
Tensor edges() {
    const std::vector<float> values{-inf,  -1e30F, -1e4F,  -104.0F, -100.0F, -88.7F, -88.0F, -20.0F, -9.5F, -3.0F,
                                    -2.5F, -1.0F,  -1e-3F, -1e-20F, -0.0F,   0.0F,   1e-20F, 1e-3F,  1.0F,  2.5F,
                                    3.0F,  9.5F,   20.0F,  88.0F,   88.7F,   100.0F, 1e4F,   1e30F,  inf,   nan};
    return Tensor({static_cast<std::int64_t>(values.size())}, values);
}

OperationCase unaryCase(UnaryKind kind, Tensor x, const std::string& remark, Tolerance tolerance = {}) {
    const float alpha = kind == UnaryKind::LeakyRelu ? 0.3F : 0.7F;
    auto operation = std::make_shared<Unary>(kind, alpha);
    Tensor expected = filled(
        x.shape(), [&](const Index& index) { return naiveUnary(kind, static_cast<double>(alpha), at(x, index)); });
    std::vector<Tensor> inputs{std::move(x)};
    std::string name = caseName(*operation, inputs, remark);
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), tolerance};
}

OperationCase binaryCase(BinaryKind kind, Tensor a, Tensor b, const std::string& remark = {}) {
    auto operation = std::make_shared<Binary>(kind);
    std::vector<Tensor> inputs{std::move(a), std::move(b)};
    const Shape shape = *broadcastShape(inputs[0].shape(), inputs[1].shape());
    Tensor expected = filled(
        shape, [&](const Index& index) { return naiveBinary(kind, at(inputs[0], index), at(inputs[1], index)); });
    std::string name = caseName(*operation, inputs, remark);
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

OperationCase selectCase(const Shape& condition, const Shape& a, const Shape& b) {
    auto operation = std::make_shared<Select>();
    std::vector<Tensor> inputs{randomMask(condition, 1), randomTensor(a, 2), randomTensor(b, 3)};
    inputs[0][0] = nan;  // is not 0
    const Shape shape = *broadcastShape(condition, *broadcastShape(a, b));
    Tensor expected = filled(shape, [&](const Index& index) {
        return at(inputs[0], index) != 0.0 ? at(inputs[1], index) : at(inputs[2], index);
    });
    std::string name = caseName(*operation, inputs);
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

void addUnaryCases(std::vector<OperationCase>& cases) {
    for (int i = 0; i <= static_cast<int>(UnaryKind::Not); ++i) {
        const auto kind = static_cast<UnaryKind>(i);
        cases.push_back(unaryCase(kind, randomTensor({5, 23, 7}, 11, -8.0F, 8.0F), "random"));
        cases.push_back(unaryCase(kind, randomTensor({}, 12), "scalar"));
        cases.push_back(unaryCase(kind, randomTensor({0, 3}, 12), "empty"));
        cases.push_back(unaryCase(kind, edges(), "edges"));
    }
    // Digits must not be lost where the result is small.
    for (const UnaryKind kind : {UnaryKind::Exp, UnaryKind::Sigmoid, UnaryKind::Softplus, UnaryKind::Tanh})
        cases.push_back(unaryCase(kind, randomTensor({1009}, 13, -80.0F, 80.0F), "relative", {0.0F, 1e-5F}));
    cases.push_back(unaryCase(UnaryKind::Tanh, randomTensor({1009}, 14, -1e-3F, 1e-3F), "small", {0.0F, 1e-5F}));
}

void addBinaryCases(std::vector<OperationCase>& cases) {
    const std::vector<std::pair<Shape, Shape>> shapes{
        {{5, 23, 7}, {5, 23, 7}},
        {{5, 23, 7}, {}},
        {{}, {5, 23, 7}},
        {{5, 23, 7}, {7}},
        {{7}, {5, 23, 7}},
        {{5, 23, 7}, {5, 1, 1}},
        {{5, 23, 7}, {5, 23, 1}},
        {{5, 1, 7}, {1, 23, 1}},
        {{5, 1}, {7}},
        {{2, 1, 3, 1}, {4, 1, 5}},
        {{}, {}},
        {{1}, {1, 1, 1}},
        {{1, 1}, {23, 1}},
        {{2, 1, 3, 1, 5}, {1, 2, 1, 3, 1}},
        {{2, 3, 2, 3, 2, 3, 2, 3, 2}, {2, 1, 2, 1, 2, 1, 2, 1, 2}},
        {{0, 3}, {1}},
    };
    for (int i = 0; i <= static_cast<int>(BinaryKind::Or); ++i) {
        const auto kind = static_cast<BinaryKind>(i);
        for (const auto& [a, b] : shapes) cases.push_back(binaryCase(kind, randomTensor(a, 21), randomTensor(b, 22)));
        const Tensor values({9}, {-inf, -2.0F, -1.0F, -0.0F, 0.0F, 1.0F, 2.5F, inf, nan});
        cases.push_back(binaryCase(kind, Tensor(values).reshaped({9, 1}), values, "every pair of edges"));
        cases.push_back(binaryCase(kind, values, values, "edges with themselves"));
    }
    cases.push_back(binaryCase(BinaryKind::Add, randomTensor({23, 25, 27}, 23), randomTensor({25, 27}, 24)));
}

}  // namespace

void addElementwiseCases(std::vector<OperationCase>& cases) {
    addUnaryCases(cases);
    addBinaryCases(cases);
    cases.push_back(selectCase({5, 23, 7}, {5, 23, 7}, {5, 23, 7}));
    cases.push_back(selectCase({5, 23, 1}, {5, 23, 7}, {}));
    cases.push_back(selectCase({1}, {7}, {23, 1}));
    cases.push_back(selectCase({23, 1}, {}, {5, 1, 7}));
}

}  // namespace attnscope::test
