#include "inspect/findings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

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

/// The share of all weight that sits on timesteps of padding: they are in the sequence only to fill it up.
std::optional<Finding> weightOnPadding(const SiteRecord& site, const Sequence* sequence) {
    if (sequence == nullptr || sequence->tokens.size() != site.perTimestep.size()) return std::nullopt;
    double mass = 0.0;
    double total = 0.0;
    std::size_t padding = 0;
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) {
        total += site.perTimestep[t];
        if (sequence->tokens[t].state != TokenState::Padding) continue;
        mass += site.perTimestep[t];
        ++padding;
    }
    if (padding == 0 || total <= 0.0 || mass / total < 0.01) return std::nullopt;
    return Finding{"weight-on-padding",
                   percent(mass / total) + " of the attention sits on " + timestepsText(padding, "padding"), site.name};
}

std::optional<Finding> nearUniform(const SiteRecord& site, std::size_t open) {
    if (open < 2) return std::nullopt;
    const double total = std::accumulate(site.perTimestep.begin(), site.perTimestep.end(), 0.0);
    if (!(total > 0.0)) return std::nullopt;
    double entropy = 0.0;
    for (const float weight : site.perTimestep) {
        const double share = weight / total;
        if (share > 0.0) entropy -= share * std::log(share);
    }
    const double uniform = std::log(static_cast<double>(open));
    if (entropy < 0.99 * uniform) return std::nullopt;
    return Finding{"near-uniform",
                   "the attention is all but uniform over " + timestepsText(open, "unmasked") + ": its entropy is " +
                       percent(entropy / uniform) + " of the largest possible",
                   site.name};
}

std::optional<Finding> cappedRange(const SiteRecord& site, std::size_t open) {
    if (!site.attainable || open < 2) return std::nullopt;
    return Finding{"capped-range",
                   "the score is bounded, so no weight can exceed " + percent(site.attainable->high) + " over " +
                       timestepsText(open, "unmasked") + " (uniform is " + percent(1.0 / static_cast<double>(open)) + ")",
                   site.name};
}

}  // namespace

std::vector<Finding> findingsFor(const SiteRecord& site, const Sequence* sequence) {
    std::vector<Finding> findings;
    const auto add = [&](std::optional<Finding> finding) {
        if (finding) findings.push_back(*std::move(finding));
    };
    std::size_t open = 0;
    for (std::size_t t = 0; t < site.perTimestep.size(); ++t) open += site.masked(t) ? 0U : 1U;
    if (site.perTimestep.size() == 1)
        add(Finding{"single-timestep", "there is one timestep only, so its weight says nothing", site.name});
    if (open == 0) add(Finding{"all-masked", "every timestep is masked: nothing is attended to", site.name});
    add(weightOnPadding(site, sequence));
    add(nearUniform(site, open));
    add(cappedRange(site, open));
    return findings;
}

std::vector<Finding> findingsFor(const std::vector<Prediction>& predictions) {
    std::vector<Finding> findings;
    for (const Prediction& prediction : predictions) {
        if (std::ranges::all_of(prediction.data->data(), [](float unit) { return std::isfinite(unit); })) continue;
        findings.push_back({"not-finite", "the prediction of " + prediction.output + " holds values that are no finite numbers", {}});
    }
    return findings;
}

}  // namespace attnscope
