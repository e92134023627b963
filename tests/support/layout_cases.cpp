#include "ops/edit.h"
#include "ops/gather.h"
#include "ops/layout.h"
#include "support/naive.h"
#include "support/operation_cases.h"
#include "support/random_tensor.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnscope::test {
namespace {

/// These operations only move numbers, so nothing may change.
constexpr Tolerance exact{0.0F, 0.0F};

/// Random numbers, among them a NaN.
Tensor numbers(const Shape& shape) {
    Tensor result = randomTensor(shape, 91);
    if (result.size() > 3) result[result.size() / 2] = std::numeric_limits<float>::quiet_NaN();
    return result;
}

OperationCase reshapeCase(const Shape& from, const Shape& to) {
    auto operation = std::make_shared<Reshape>(to);
    std::vector<Tensor> inputs{numbers(from)};
    Tensor expected = Tensor(inputs[0]).reshaped(to);
    std::string name = caseName(*operation, inputs, "as " + to.text());
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), exact};
}

OperationCase permuteCase(const Shape& from, const std::vector<std::size_t>& order) {
    auto operation = std::make_shared<Permute>(order);
    std::vector<Tensor> inputs{numbers(from)};
    Shape to = from;
    std::string remark = "by";
    for (std::size_t axis = 0; axis < order.size(); ++axis) {
        to[axis] = from[order[axis]];
        remark += " " + std::to_string(order[axis]);
    }
    Tensor expected = filled(to, [&](const Index& index) {
        Index source = index;
        for (std::size_t axis = 0; axis < order.size(); ++axis) source[order[axis]] = index[axis];
        return at(inputs[0], source);
    });
    std::string name = caseName(*operation, inputs, remark);
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), exact};
}

OperationCase broadcastCase(const Shape& from, const Shape& to) {
    auto operation = std::make_shared<Broadcast>(to);
    std::vector<Tensor> inputs{numbers(from)};
    Tensor expected = filled(to, [&](const Index& index) { return at(inputs[0], index); });
    std::string name = caseName(*operation, inputs, "to " + to.text());
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), exact};
}

OperationCase sliceCase(const Shape& from, std::size_t axis, std::int64_t start, std::int64_t count,
                        std::int64_t step) {
    auto operation = std::make_shared<Slice>(axis, start, count, step);
    std::vector<Tensor> inputs{numbers(from)};
    Shape to = from;
    to[axis] = count;
    Tensor expected = filled(to, [&](const Index& index) {
        Index source = index;
        source[axis] = start + index[axis] * step;
        return at(inputs[0], source);
    });
    std::string name = caseName(*operation, inputs,
                                "axis " + std::to_string(axis) + " from " + std::to_string(start) + " step " +
                                    std::to_string(step) + ", " + std::to_string(count) + " elements");
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), exact};
}

OperationCase concatenateCase(const std::vector<Shape>& shapes, std::size_t axis) {
    auto operation = std::make_shared<Concatenate>(axis);
    std::vector<Tensor> inputs;
    Shape to = shapes[0];
    to[axis] = 0;
    for (const Shape& shape : shapes) {
        inputs.push_back(randomTensor(shape, static_cast<std::uint32_t>(inputs.size())));
        to[axis] += shape[axis];
    }
    Tensor expected = filled(to, [&](const Index& index) {
        Index source = index;
        std::size_t input = 0;
        while (source[axis] >= inputs[input].dim(axis)) source[axis] -= inputs[input++].dim(axis);
        return at(inputs[input], source);
    });
    std::string name = caseName(*operation, inputs, "along " + std::to_string(axis));
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), exact};
}

OperationCase padCase(const Shape& from, std::size_t axis, std::int64_t before, std::int64_t after, float value) {
    auto operation = std::make_shared<Pad>(axis, before, after, value);
    std::vector<Tensor> inputs{numbers(from)};
    Shape to = from;
    to[axis] += before + after;
    Tensor expected = filled(to, [&](const Index& index) {
        Index source = index;
        source[axis] -= before;
        const bool inside = source[axis] >= 0 && source[axis] < from[axis];
        return inside ? at(inputs[0], source) : static_cast<double>(value);
    });
    std::string name =
        caseName(*operation, inputs,
                 "axis " + std::to_string(axis) + " by " + std::to_string(before) + " and " + std::to_string(after));
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), exact};
}

OperationCase gatherCase(const Shape& table, const Shape& ids) {
    auto operation = std::make_shared<Gather>();
    std::vector<Tensor> inputs{randomTensor(table, 92), randomTensor(ids, 93, 0.0F, static_cast<float>(table[0]))};
    for (float& id : inputs[1].data()) id = std::min(std::floor(id), static_cast<float>(table[0] - 1));
    std::vector<std::int64_t> extents = ids.extents();
    extents.push_back(table[1]);
    Tensor expected = filled(Shape(extents), [&](const Index& index) {
        const Index place(index.begin(), index.end() - 1);
        return at(inputs[0], {static_cast<std::int64_t>(at(inputs[1], place)), index.back()});
    });
    std::string name = caseName(*operation, inputs);
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), exact};
}

/// Later blocks win where blocks overlap.
OperationCase setElementsCase(const Shape& shape, bool batched, const std::vector<SetElements::Block>& blocks,
                              const std::string& remark) {
    auto operation = std::make_shared<SetElements>(blocks, batched);
    std::vector<Tensor> inputs{randomTensor(shape, 94)};
    const std::int64_t entry = batched ? shape.from(1).elements() : shape.elements();
    Tensor expected = inputs[0];
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::int64_t place = static_cast<std::int64_t>(i) % entry;
        for (const SetElements::Block& block : blocks)
            if (place >= block.first && place < block.first + block.count) expected[i] = block.number;
    }
    std::string name = caseName(*operation, inputs, remark + (batched ? " in every entry" : " once"));
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected), exact};
}

void addPermuteCases(std::vector<OperationCase>& cases) {
    std::vector<std::size_t> order{0, 1, 2};
    do cases.push_back(permuteCase({23, 25, 27}, order));
    while (std::next_permutation(order.begin(), order.end()));
    order = {0, 1, 2, 3};
    do cases.push_back(permuteCase({2, 3, 4, 5}, order));
    while (std::next_permutation(order.begin(), order.end()));
    cases.push_back(permuteCase({100, 70}, {1, 0}));
    cases.push_back(permuteCase({}, {}));
    cases.push_back(permuteCase({7}, {0}));
    cases.push_back(permuteCase({5, 1, 7}, {2, 1, 0}));
    cases.push_back(permuteCase({0, 5, 7}, {2, 1, 0}));
}

}  // namespace

void addLayoutCases(std::vector<OperationCase>& cases) {
    cases.push_back(reshapeCase({5, 23, 7}, {35, 23}));
    cases.push_back(reshapeCase({1, 1}, {}));
    addPermuteCases(cases);
    for (const Shape& from : {Shape{7}, Shape{5, 1, 1}, Shape{}, Shape{5, 1, 7}, Shape{1, 23, 1}, Shape{5, 23, 7}})
        cases.push_back(broadcastCase(from, {5, 23, 7}));
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const Shape shape{5, 23, 7};
        cases.push_back(sliceCase(shape, axis, 1, 3, 1));
        cases.push_back(sliceCase(shape, axis, 0, 3, 2));
        cases.push_back(sliceCase(shape, axis, shape[axis] - 1, shape[axis], -1));
        cases.push_back(sliceCase(shape, axis, 4, 2, -3));
        cases.push_back(sliceCase(shape, axis, 2, 0, 1));
        cases.push_back(padCase(shape, axis, 2, 3, 0.0F));
        cases.push_back(padCase(shape, axis, 0, 1, -1.5F));
        cases.push_back(padCase(shape, axis, 0, 0, 1.0F));
        std::vector<Shape> shapes(3, shape);
        shapes[1][axis] = 1;
        shapes[2][axis] = 0;
        shapes.push_back(shape);
        cases.push_back(concatenateCase(shapes, axis));
    }
    cases.push_back(concatenateCase({{1}, {1}}, 0));
    for (const Shape& ids : {Shape{5, 23}, Shape{}, Shape{7}, Shape{1, 1}, Shape{0, 3}})
        cases.push_back(gatherCase({71, 13}, ids));
    cases.push_back(gatherCase({1, 1}, {5, 23}));
    for (const bool batched : {true, false}) {
        cases.push_back(setElementsCase({5, 7}, batched, {{0, 1, 0.25F}, {3, 2, -1.0F}, {4, 1, 7.0F}}, "some"));
        cases.push_back(setElementsCase({5, 23}, batched, {{2, 9, 1.0F}, {4, 2, 2.0F}, {10, 5, 3.0F}, {0, 3, 4.0F}},
                                        "overlapping"));
        cases.push_back(setElementsCase({5, 7}, batched, {{1, 2, 1.0F}, {5, 1, 2.0F}, {0, 7, 3.0F}}, "covered"));
        cases.push_back(setElementsCase({5, 7}, batched, {{3, 0, 1.0F}}, "none"));
    }
}

}  // namespace attnscope::test
