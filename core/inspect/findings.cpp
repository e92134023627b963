#include "inspect/findings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <span>

namespace attnscope {
namespace {

std::string percent(double share) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.1f %%", share * 100.0);
    return buffer.data();
}

std::string timestepsText(std::size_t count, const char* kind) {
    return std::to_string(count) + " " + kind + (count == 1 ? " timestep" : " timesteps");
}

/// What a site's rows of weights have in common, each row adding up to one: a row for each query, head and feature.
struct Rows {
    std::size_t count = 0;            ///< of the rows that say something
    std::vector<double> perTimestep;  ///< their mean
    double evenness = 0.0;            ///< mean of entropy / largest possible entropy
    std::size_t measured = 0;         ///< over so many rows
    std::size_t seen = 0;             ///< the most timesteps that a row gives weight
};

/// How even one row of weights is, 1 being uniform; nothing where it has less than two timesteps to choose from.
std::optional<double> evenness(std::span<const double> row, double total, std::size_t open) {
    if (open < 2) return std::nullopt;
    double entropy = 0.0;
    for (const double weight : row) {
        const double share = weight / total;
        if (share > 0.0) entropy -= share * std::log(share);
    }
    return entropy / std::log(static_cast<double>(open));
}

bool isPadding(const Sequence* sequence, std::int64_t timestep) {
    return sequence != nullptr && static_cast<std::size_t>(timestep) < sequence->tokens.size() &&
           sequence->tokens[static_cast<std::size_t>(timestep)].state == TokenState::Padding;
}

void addRow(Rows& rows, std::span<const double> row, std::size_t open, bool ofQuery) {
    const double total = std::accumulate(row.begin(), row.end(), 0.0);
    if (!(total > 0.0)) return;
    ++rows.count;
    for (std::size_t t = 0; t < row.size(); ++t) rows.perTimestep[t] += row[t];
    // A query may see less than the mask lets through, such as nothing that comes after it; a layer that ignores the
    // mask sees more.
    const auto seen = static_cast<std::size_t>(std::ranges::count_if(row, [](double weight) { return weight > 0.0; }));
    rows.seen = std::max(rows.seen, seen);
    const auto even = evenness(row, total, ofQuery ? seen : std::max(open, seen));
    if (!even) return;
    rows.evenness += *even;
    ++rows.measured;
}

/// Rows of queries that are padding are left out: nobody asks what padding attends to.
Rows rowsOf(const SiteRecord& site, const Sequence* querySequence, std::size_t open) {
    const RecordedValue& weights = site.weightsValue();
    const Shape& shape = weights.tensor.shape();
    const auto axisOf = [&](const std::string& letter) {
        return static_cast<std::size_t>(std::ranges::find(weights.axes, letter) - weights.axes.begin());
    };
    const std::size_t time = axisOf(site.timeAxis);
    Rows rows;
    rows.perTimestep.assign(site.perTimestep.size(), 0.0);
    if (time >= weights.axes.size() || !weights.tensor.inMemory()) {
        // Large weights stay on the device; of theirs only the mean is known here.
        rows.perTimestep.assign(site.perTimestep.begin(), site.perTimestep.end());
        rows.count = 1;
        return rows;
    }
    const std::size_t query = axisOf(site.queryAxis);
    const bool ofQuery = !site.queryAxis.empty() && query < weights.axes.size();
    const auto timesteps = static_cast<std::size_t>(shape[time]);
    const auto inner = static_cast<std::size_t>(shape.from(time + 1).elements());
    const std::int64_t queryStride = ofQuery ? shape.strides()[query] : 1;
    const Tensor& numbers = *weights.tensor;
    std::vector<double> row(timesteps);
    for (std::size_t outer = 0; outer < numbers.size(); outer += inner * timesteps) {
        for (std::size_t place = outer; place < outer + inner; ++place) {
            const std::int64_t at = static_cast<std::int64_t>(place) / queryStride % (ofQuery ? shape[query] : 1);
            if (ofQuery && isPadding(querySequence, at)) continue;
            for (std::size_t t = 0; t < timesteps; ++t) row[t] = static_cast<double>(numbers[place + t * inner]);
            addRow(rows, row, open, ofQuery);
        }
    }
    for (double& weight : rows.perTimestep) weight /= static_cast<double>(std::max<std::size_t>(rows.count, 1));
    if (rows.measured > 0) rows.evenness /= static_cast<double>(rows.measured);
    return rows;
}

/// ", on average over 14 rows of weights"; nothing for a single one.
std::string averaged(std::size_t rows) {
    return rows > 1 ? ", on average over " + std::to_string(rows) + " rows of weights" : std::string();
}

/// The share of all weight that sits on timesteps of padding: they are in the sequence only to fill it up.
std::optional<Finding> weightOnPadding(const SiteRecord& site, const Rows& rows, const Sequence* sequence) {
    if (sequence == nullptr || sequence->tokens.size() != rows.perTimestep.size()) return std::nullopt;
    double mass = 0.0;
    double total = 0.0;
    std::size_t padding = 0;
    for (std::size_t t = 0; t < rows.perTimestep.size(); ++t) {
        total += rows.perTimestep[t];
        if (sequence->tokens[t].state != TokenState::Padding) continue;
        mass += rows.perTimestep[t];
        ++padding;
    }
    if (padding == 0 || total <= 0.0 || mass / total < 0.01) return std::nullopt;
    return Finding{
        "weight-on-padding",
        percent(mass / total) + " of the attention sits on " + timestepsText(padding, "padding") + averaged(rows.count),
        site.name};
}

std::optional<Finding> nearUniform(const SiteRecord& site, const Rows& rows, std::size_t open) {
    if (open < 2 || rows.measured == 0 || rows.evenness < 0.99) return std::nullopt;
    const std::string over = rows.seen > open
                                 ? "all " + std::to_string(rows.seen) + " timesteps that get weight, masked ones too"
                                 : timestepsText(open, "unmasked");
    return Finding{"near-uniform",
                   "the attention is all but uniform over " + over + ": its entropy is " + percent(rows.evenness) +
                       " of the largest possible" + averaged(rows.measured),
                   site.name};
}

std::optional<Finding> cappedRange(const SiteRecord& site, std::size_t open) {
    if (!site.attainable || open < 2) return std::nullopt;
    return Finding{"capped-range",
                   "the score is bounded, so no weight can exceed " + percent(site.attainable->high) + " over " +
                       timestepsText(open, "unmasked") + " (uniform is " + percent(1.0 / static_cast<double>(open)) +
                       ")",
                   site.name};
}

}  // namespace

std::vector<Finding> findingsFor(const SiteRecord& site, const Sequence* sequence, const Sequence* querySequence) {
    std::vector<Finding> findings;
    const auto add = [&](std::optional<Finding> finding) {
        if (finding) findings.push_back(*std::move(finding));
    };
    std::size_t open = 0;
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) open += site.masked(t) ? 0U : 1U;
    if (site.perTimestep.size() == 1)
        add(Finding{"single-timestep", "there is one timestep only, so its weight says nothing", site.name});
    if (open == 0) add(Finding{"all-masked", "every timestep is masked: nothing is attended to", site.name});
    const Rows rows = rowsOf(site, querySequence, open);
    add(weightOnPadding(site, rows, sequence));
    add(nearUniform(site, rows, open));
    add(cappedRange(site, open));
    return findings;
}

std::vector<Finding> findingsFor(const std::vector<Prediction>& predictions) {
    std::vector<Finding> findings;
    for (const Prediction& prediction : predictions) {
        if (std::ranges::all_of(prediction.data->data(), [](float unit) { return std::isfinite(unit); })) continue;
        findings.push_back(
            {"not-finite", "the prediction of " + prediction.output + " holds values that are no finite numbers", {}});
    }
    return findings;
}

}  // namespace attnscope
