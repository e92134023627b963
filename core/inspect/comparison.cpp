#include "inspect/comparison.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace attnscope {
namespace {

std::optional<double> shareOnPadding(const SiteRecord& site, const Sequence* sequence) {
    if (sequence == nullptr || sequence->tokens.size() != site.perTimestep.size()) return std::nullopt;
    double onPadding = 0.0;
    double total = 0.0;
    bool padded = false;
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) {
        const auto weight = static_cast<double>(site.perTimestep[t]);
        total += weight;
        if (sequence->tokens[t].state != TokenState::Padding) continue;
        padded = true;
        onPadding += weight;
    }
    if (!padded) return std::nullopt;
    return total > 0.0 ? onPadding / total : 0.0;
}

double norm(std::span<const float> values) {
    double squares = 0.0;
    for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
    return std::sqrt(squares);
}

double distance(std::span<const float> a, std::span<const float> b) {
    double squares = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double change = static_cast<double>(b[i]) - static_cast<double>(a[i]);
        squares += change * change;
    }
    return std::sqrt(squares);
}

std::vector<UnitChange> predictionChanges(const Record& before, const Record& after) {
    std::vector<UnitChange> changes;
    for (std::size_t output = 0; output < std::min(before.predictions.size(), after.predictions.size()); ++output) {
        const Prediction& then = before.predictions[output];
        const Prediction& now = after.predictions[output];
        for (std::size_t unit = 0; unit < std::min(then.data->size(), now.data->size()); ++unit)
            changes.push_back({now.output, unit, (*then.data)[unit], (*now.data)[unit]});
    }
    // NaN last: no order may depend on it.
    const auto size = [](const UnitChange& change) {
        const float difference = std::abs(change.after - change.before);
        return std::isnan(difference) ? -1.0F : difference;
    };
    std::ranges::stable_sort(changes, [&](const UnitChange& a, const UnitChange& b) { return size(a) > size(b); });
    return changes;
}

}  // namespace

std::optional<Comparison> compareRecords(const Record& before, const Record& after, std::string_view site) {
    const SiteRecord* then = before.findSite(site);
    const SiteRecord* now = after.findSite(site);
    if (then == nullptr || now == nullptr || then->perTimestep.size() != now->perTimestep.size() ||
        then->outputValue().tensor.shape() != now->outputValue().tensor.shape())
        return std::nullopt;
    Comparison comparison;
    comparison.paddingBefore = shareOnPadding(*then, before.sequenceFor(*then));
    comparison.paddingAfter = shareOnPadding(*now, after.sequenceFor(*now));
    for (std::size_t t = 0; t < now->perTimestep.size(); ++t)
        comparison.weightMoved +=
            std::abs(static_cast<double>(now->perTimestep[t]) - static_cast<double>(then->perTimestep[t])) / 2.0;
    comparison.outputBefore = norm(then->outputValue().tensor->data());
    comparison.outputChange = distance(then->outputValue().tensor->data(), now->outputValue().tensor->data());
    comparison.predictions = predictionChanges(before, after);
    return comparison;
}

}  // namespace attnscope
