#include "inspect/record.h"

#include <algorithm>

namespace attnscope {

const RecordedValue* SiteRecord::find(std::string_view valueName) const {
    const auto found = std::ranges::find(values, valueName, &RecordedValue::name);
    return found == values.end() ? nullptr : &*found;
}

bool SiteRecord::masked(std::size_t timestep) const {
    return mask && timestep < values[*mask].tensor->size() && (*values[*mask].tensor)[timestep] == 0.0F;
}

const Sequence* Record::sequenceFor(const SiteRecord& site) const {
    const auto fits = [&](const Sequence& sequence) {
        return sequence.timesteps() == static_cast<std::int64_t>(site.perTimestep.size());
    };
    const auto found = std::ranges::find_if(inputs, fits);
    return found == inputs.end() ? nullptr : &*found;
}

const SiteRecord* Record::findSite(std::string_view name) const {
    const auto found = std::ranges::find(sites, name, &SiteRecord::name);
    return found == sites.end() ? nullptr : &*found;
}

}  // namespace attnscope
