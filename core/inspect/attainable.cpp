#include "inspect/attainable.h"

#include "ops/elementwise.h"
#include "ops/layout.h"

#include <algorithm>
#include <cmath>

namespace attnscope {
namespace {

struct Bounds {
    double low = 0.0;
    double high = 0.0;
};

bool movesOnly(const Operation& operation) {
    return dynamic_cast<const Reshape*>(&operation) != nullptr || dynamic_cast<const Permute*>(&operation) != nullptr;
}

std::optional<Bounds> scoreBounds(const Site& site, const Graph& graph) {
    // What only moved the numbers about did not change how far they reach.
    const Value* score = &graph.value(site.score);
    const auto producer = [&] { return &graph.nodes()[score->producer]; };
    while (score->kind == ValueKind::Computed && movesOnly(*producer()->operation))
        score = &graph.value(producer()->inputs[0]);
    if (score->kind != ValueKind::Computed) return std::nullopt;
    const auto* unary = dynamic_cast<const Unary*>(producer()->operation.get());
    if (unary == nullptr) return std::nullopt;
    if (unary->kind() == UnaryKind::Tanh) return Bounds{-1.0, 1.0};
    if (unary->kind() == UnaryKind::Sigmoid) return Bounds{0.0, 1.0};
    return std::nullopt;
}

}  // namespace

std::optional<AttainableRange> attainableRange(const SiteRecord& record, const Site& site, const Graph& graph) {
    const auto bounds = scoreBounds(site, graph);
    const RecordedValue& score = record.scoreValue();
    const RecordedValue& weights = record.weightsValue();
    if (!bounds || score.axes != weights.axes || weights.axes.empty() || weights.axes.back() != site.timeAxis)
        return std::nullopt;

    const auto timesteps = static_cast<std::size_t>(weights.tensor.shape().back());
    std::size_t open = 0;
    for (std::size_t t = 0; t < timesteps; ++t) open += record.masked(t) ? 0U : 1U;
    if (open == 0) return std::nullopt;
    const Tensor& scores = *score.tensor;
    const Tensor& found = *weights.tensor;
    for (std::size_t row = 0; row < found.size(); row += timesteps) {
        double sum = 0.0;
        for (std::size_t t = 0; t < timesteps; ++t) {
            const double value = scores[row + t];
            // An edited score may lie outside what the function can give; then its bounds say nothing.
            if (value < bounds->low || value > bounds->high) return std::nullopt;
            sum += record.masked(t) ? 0.0 : std::exp(value);
        }
        for (std::size_t t = 0; t < timesteps; ++t) {
            const double expected = record.masked(t) ? 0.0 : std::exp(static_cast<double>(scores[row + t])) / sum;
            if (std::abs(expected - found[row + t]) > 1e-5 + 1e-3 * expected) return std::nullopt;
        }
    }
    const double others = static_cast<double>(open - 1);
    const double highest = std::exp(bounds->high);
    const double lowest = std::exp(bounds->low);
    const auto low = static_cast<float>(lowest / (lowest + others * highest));
    return AttainableRange{open < timesteps ? 0.0F : low, static_cast<float>(highest / (highest + others * lowest))};
}

}  // namespace attnscope
