#include "panels/prediction_summary.h"

#include "panels/panel_parts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace attnscope {
namespace {

bool areProbabilities(const Tensor& tensor) {
    return std::ranges::all_of(tensor.data(), [](float number) { return number >= 0.0F && number <= 1.0F; });
}

bool isDistribution(const Tensor& tensor) {
    if (tensor.size() < 2 || !areProbabilities(tensor)) return false;
    return std::abs(std::accumulate(tensor.data().begin(), tensor.data().end(), 0.0) - 1.0) < 1e-3;
}

/// Places of the largest magnitudes, the largest first; ties keep their order.
std::vector<std::size_t> largest(const Tensor& tensor, std::size_t count) {
    std::vector<std::size_t> places(tensor.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    count = std::min(count, places.size());
    const auto greater = [&](std::size_t left, std::size_t right) {
        const float a = std::abs(tensor[left]);
        const float b = std::abs(tensor[right]);
        return a > b || (!(b > a) && left < right);
    };
    std::partial_sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(count), places.end(), greater);
    places.resize(count);
    return places;
}

/// "dense", "dense · 2", "dense · 3, 1".
QString elementLabel(const Prediction& prediction, std::size_t place) {
    QString label = QString::fromStdString(prediction.output);
    if (prediction.data->size() == 1) return label;
    QStringList index;
    for (const std::int64_t stride : prediction.data->shape().strides()) {
        index << QString::number(place / static_cast<std::size_t>(stride));
        place %= static_cast<std::size_t>(stride);
    }
    return label + QStringLiteral(" · ") + index.join(QStringLiteral(", "));
}

}  // namespace

PredictionSummary summarizePrediction(const std::vector<Prediction>& predictions) {
    if (predictions.empty() || predictions.front().data->size() == 0) return {};
    const Tensor& tensor = *predictions.front().data;
    const auto text = [](float number) { return numberText(static_cast<double>(number), 2); };
    const bool probabilities = areProbabilities(tensor);
    if (tensor.size() == 1) {
        const auto number = static_cast<double>(tensor[0]);
        if (!probabilities) return {numberText(number, 3), {}};
        return {QString::number(number, 'f', 2), number};
    }
    if (isDistribution(tensor)) {
        const std::size_t best = largest(tensor, 1).front();
        const auto number = static_cast<double>(tensor[best]);
        return {QStringLiteral("%1: %2").arg(best).arg(number, 0, 'f', 2), number};
    }
    if (tensor.size() == 2) return {text(tensor[0]) + QStringLiteral(", ") + text(tensor[1]), {}};
    return {text(tensor[0]) + QStringLiteral(", …"), {}};
}

std::vector<PredictionRow> predictionRows(const Record& model, const Record& whatIf, std::size_t perOutput) {
    std::vector<PredictionRow> rows;
    for (std::size_t output = 0; output < model.predictions.size() && output < whatIf.predictions.size(); ++output) {
        const Tensor& before = *model.predictions[output].data;
        const Tensor& after = *whatIf.predictions[output].data;
        if (before.size() == 0 || before.size() != after.size()) continue;
        std::vector<std::size_t> places = largest(before, perOutput);
        const std::size_t risen = largest(after, 1).front();
        if (std::ranges::find(places, risen) == places.end()) places.back() = risen;
        double low = 0.0;
        double high = areProbabilities(before) && areProbabilities(after) ? 1.0 : 0.0;
        for (const std::size_t place : places) {
            for (const float number : {before[place], after[place]}) {
                if (!std::isfinite(number)) continue;
                low = std::min(low, static_cast<double>(number));
                high = std::max(high, static_cast<double>(number));
            }
        }
        if (low == high) high = 1.0;
        for (const std::size_t place : places)
            rows.push_back({elementLabel(model.predictions[output], place), static_cast<double>(before[place]),
                            static_cast<double>(after[place]), low, high});
    }
    return rows;
}

}  // namespace attnscope
