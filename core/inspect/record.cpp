#include "inspect/record.h"

#include <algorithm>

namespace attnscope {

const RecordedValue* SiteRecord::find(std::string_view valueName) const {
    const auto found = std::ranges::find(values, valueName, &RecordedValue::name);
    return found == values.end() ? nullptr : &*found;
}

bool SiteRecord::masked(std::size_t timestep) const {
    if (!mask) return false;
    const Tensor& bits = *values[*mask].tensor;  // [time], or [outer, time]
    const auto timesteps = static_cast<std::size_t>(bits.shape().back());
    if (timestep >= timesteps) return false;
    for (std::size_t place = timestep; place < bits.size(); place += timesteps) {
        if (bits[place] != 0.0F) return false;
    }
    return true;
}

const Sequence* Record::sequenceFor(const SiteRecord& site) const {
    if (site.input >= inputs.size()) return nullptr;
    const Sequence& sequence = inputs[site.input];
    return sequence.timesteps() == static_cast<std::int64_t>(site.perTimestep.size()) ? &sequence : nullptr;
}

const Sequence* Record::querySequenceFor(const SiteRecord& site) const {
    if (site.queryAxis.empty() || site.queryInput >= inputs.size()) return nullptr;
    return &inputs[site.queryInput];
}

const SiteRecord* Record::findSite(std::string_view name) const {
    const auto found = std::ranges::find(sites, name, &SiteRecord::name);
    return found == sites.end() ? nullptr : &*found;
}

}  // namespace attnscope
