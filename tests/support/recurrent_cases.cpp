#include "ops/recurrent.h"
#include "support/naive.h"
#include "support/operation_cases.h"
#include "support/random_tensor.h"

#include <algorithm>
#include <cmath>

namespace attnscope::test {
namespace {

using Vector = std::vector<double>;

/// The inputs of one case by name, as plain loops want them.
struct Layer {
    Recurrent::Options options;
    Tensor x;
    Tensor recurrent;
    Tensor recurrentBias;
    Tensor mask;
    Tensor h;
    Tensor c;
};

double product(const Layer& layer, const Vector& h, std::size_t column) {
    const auto width = static_cast<std::size_t>(layer.recurrent.dim(1));
    double sum = 0.0;
    for (std::size_t k = 0; k < h.size(); ++k) sum += h[k] * static_cast<double>(layer.recurrent[k * width + column]);
    return sum;
}

/// h and c after one timestep, unit by unit; `x(gate, unit)` is the input product.
template <typename X>
void step(const Layer& layer, Vector& h, Vector& c, X x) {
    const std::size_t units = h.size();
    const auto act = [&](double v) { return naiveUnary(layer.options.activation, 1.0, v); };
    const auto gateAct = [&](double v) { return naiveUnary(layer.options.recurrentActivation, 1.0, v); };
    const auto full = [&](std::size_t gate, std::size_t u) { return x(gate, u) + product(layer, h, gate * units + u); };
    Vector next(units);
    switch (layer.options.cell) {
        case Cell::Simple:
            for (std::size_t u = 0; u < units; ++u) next[u] = act(full(0, u));
            break;
        case Cell::Lstm:
            for (std::size_t u = 0; u < units; ++u) {
                c[u] = gateAct(full(1, u)) * c[u] + gateAct(full(0, u)) * act(full(2, u));
                next[u] = gateAct(full(3, u)) * act(c[u]);
            }
            break;
        case Cell::Gru: {
            Vector reset(units);
            for (std::size_t u = 0; u < units; ++u) reset[u] = gateAct(full(1, u)) * h[u];
            for (std::size_t u = 0; u < units; ++u) {
                const double z = gateAct(full(0, u));
                next[u] = z * h[u] + (1.0 - z) * act(x(2, u) + product(layer, reset, 2 * units + u));
            }
            break;
        }
        case Cell::GruResetAfter: {
            const auto inner = [&](std::size_t gate, std::size_t u) {
                const std::size_t column = gate * units + u;
                return product(layer, h, column) + at(layer.recurrentBias, {static_cast<std::int64_t>(column)});
            };
            for (std::size_t u = 0; u < units; ++u) {
                const double z = gateAct(x(0, u) + inner(0, u));
                const double r = gateAct(x(1, u) + inner(1, u));
                next[u] = z * h[u] + (1.0 - z) * act(x(2, u) + r * inner(2, u));
            }
            break;
        }
    }
    h = next;
}

Tensor scan(const Layer& layer) {
    const std::int64_t batch = layer.x.dim(0);
    const std::int64_t time = layer.x.dim(1);
    const std::int64_t units = layer.recurrent.dim(0);
    Tensor result({batch, time, units});
    for (std::int64_t b = 0; b < batch; ++b) {
        Vector h(static_cast<std::size_t>(units));
        Vector c = h;
        Vector output = h;
        for (std::int64_t u = 0; u < units; ++u) {
            h[static_cast<std::size_t>(u)] = at(layer.h, {b, u});
            c[static_cast<std::size_t>(u)] = at(layer.c, {b, u});
        }
        for (std::int64_t i = 0; i < time; ++i) {
            const std::int64_t t = layer.options.backwards ? time - 1 - i : i;
            if (at(layer.mask, {b, t}) != 0.0) {
                step(layer, h, c, [&](std::size_t gate, std::size_t u) {
                    return at(layer.x, {b, t, static_cast<std::int64_t>(gate) * units + static_cast<std::int64_t>(u)});
                });
                output = h;
            }
            const Vector& emitted = layer.options.emit == Emit::CellState ? c : output;
            for (std::int64_t u = 0; u < units; ++u)
                result[static_cast<std::size_t>((b * time + i) * units + u)] =
                    static_cast<float>(emitted[static_cast<std::size_t>(u)]);
        }
    }
    return result;
}

struct Extents {
    std::int64_t batch = 5;
    std::int64_t time = 11;
    std::int64_t units = 7;
};

/// A mask with a whole sequence masked, one masked at the start, one at the end, and holes.
Tensor awkwardMask(const Extents& extents) {
    Tensor mask = randomMask({extents.batch, extents.time}, 101);
    for (std::int64_t t = 0; t < extents.time; ++t) {
        mask[static_cast<std::size_t>(t)] = 0.0F;
        if (extents.batch > 1) mask[static_cast<std::size_t>(extents.time + t)] = t < extents.time / 2 ? 0.0F : 1.0F;
        if (extents.batch > 2)
            mask[static_cast<std::size_t>(2 * extents.time + t)] = t < extents.time / 2 ? 1.0F : 0.0F;
    }
    return mask;
}

OperationCase recurrentCase(const Recurrent::Options& options, const Extents& extents) {
    auto operation = std::make_shared<Recurrent>(options);
    const auto [batch, time, units] = extents;
    const std::int64_t width = Recurrent::gates(options.cell) * units;
    // Larger recurrent weights make the scan chaotic: the last digit of one step decides the first of a later one.
    const float scale = 1.0F / std::sqrt(static_cast<float>(units));
    Layer layer{options,
                randomTensor({batch, time, width}, 102),
                randomTensor({units, width}, 103, -scale, scale),
                Tensor({width}),
                Tensor({batch, time}, 1.0F),
                Tensor({batch, units}),
                Tensor({batch, units})};
    std::vector<Tensor> inputs{layer.x, layer.recurrent};
    std::string remark;
    if (options.hasRecurrentBias) {
        inputs.push_back(layer.recurrentBias = randomTensor({width}, 104));
        remark += "recurrent bias, ";
    }
    if (options.hasMask) {
        inputs.push_back(layer.mask = awkwardMask(extents));
        remark += "masked, ";
    }
    if (options.hasInitialState) {
        inputs.push_back(layer.h = randomTensor({batch, units}, 105));
        if (options.cell == Cell::Lstm) inputs.push_back(layer.c = randomTensor({batch, units}, 106));
        remark += "initial state, ";
    }
    remark += options.backwards ? "backwards" : "forwards";
    if (options.emit == Emit::CellState) remark += ", cell state";
    remark += ", activations " + std::string(Unary(options.activation).name()) + " " +
              std::string(Unary(options.recurrentActivation).name());
    std::string name = caseName(*operation, inputs, remark);
    Tensor expected = scan(layer);
    return {std::move(name), std::move(operation), std::move(inputs), std::move(expected)};
}

}  // namespace

void addRecurrentCases(std::vector<OperationCase>& cases) {
    for (const Cell cell : {Cell::Simple, Cell::Lstm, Cell::Gru, Cell::GruResetAfter}) {
        Recurrent::Options options;
        options.cell = cell;
        for (const bool backwards : {false, true}) {
            for (const bool masked : {false, true}) {
                for (const bool initial : {false, true}) {
                    options.backwards = backwards;
                    options.hasMask = masked;
                    options.hasInitialState = initial;
                    options.hasRecurrentBias = cell == Cell::GruResetAfter && !initial;
                    options.emit = Emit::Output;
                    cases.push_back(recurrentCase(options, {}));
                    if (cell != Cell::Lstm) continue;
                    options.emit = Emit::CellState;
                    cases.push_back(recurrentCase(options, {}));
                }
            }
        }
        options = {};
        options.cell = cell;
        for (const Extents& extents : {Extents{1, 1, 1}, Extents{1, 70, 1}, Extents{1, 23, 64}, Extents{5, 1, 7}})
            cases.push_back(recurrentCase(options, extents));
        options.hasMask = true;
        cases.push_back(recurrentCase(options, {1, 3, 2}));
        options.activation = UnaryKind::Relu;
        options.recurrentActivation = UnaryKind::HardSigmoid;
        cases.push_back(recurrentCase(options, {3, 4, 5}));
        options = {};
        options.cell = cell;
        cases.push_back(recurrentCase(options, {1, 3, 367}));
    }
    // More state than the shared memory of many a GPU's workgroup holds.
    Recurrent::Options options;
    options.cell = Cell::GruResetAfter;
    options.hasMask = true;
    options.hasInitialState = true;
    cases.push_back(recurrentCase(options, {2, 2, 1700}));
    options.cell = Cell::Lstm;
    cases.push_back(recurrentCase(options, {2, 2, 1400}));
}

}  // namespace attnscope::test
