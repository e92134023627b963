#include "formats/placed_weights.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>
#include <utility>

namespace attnscope {

namespace {

// keras/src/saving/saving_lib.py writes below "layers"; up to TensorFlow 2.14 it was "_layer_checkpoint_dependencies".
constexpr std::array roots{"layers", "_layer_checkpoint_dependencies"};
constexpr std::string_view variables = "vars";
constexpr std::string_view seeds = "seed_generator";
constexpr std::size_t deepest = 32;
constexpr std::size_t mostGroups = 65536;

/// The number in a name that is one, else a number behind all others.
std::size_t numberOf(const std::string& name) {
    std::size_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, problem] = std::from_chars(name.data(), end, number);
    return problem == std::errc() && stop == end ? number : std::string::npos;
}

class PlacedReader {
public:
    PlacedReader(ReadBudget& budget, Archive& archive) : m_budget(budget), m_archive(archive) {}

    Status read(const Hdf5Group& group, const std::string& place, std::size_t depth) {
        if (depth > deepest)
            return fail(ErrorCode::Limit,
                        group.path() + ": needs more than " + std::to_string(deepest) + " nested groups");
        if (++m_groups > mostGroups)
            return fail(ErrorCode::Limit, "needs more than " + std::to_string(mostGroups) + " groups");
        if (group.has(std::string(variables))) ATTN_CHECK(readVariables(group, place));
        ATTN_TRY(const std::vector<std::string> names, group.names());
        for (const std::string& name : names) {
            if (name == variables || name == seeds) continue;
            ATTN_TRY(const bool isGroup, group.hasGroup(name));
            if (!isGroup) continue;
            ATTN_TRY(const Hdf5Group inside, group.group(name));
            ATTN_CHECK(read(inside, place + "/" + name, depth + 1));
        }
        return {};
    }

private:
    Status readVariables(const Hdf5Group& group, const std::string& place) {
        ATTN_TRY(const Hdf5Group stored, group.group(variables));
        ATTN_TRY(std::vector<std::string> names, stored.names());
        std::ranges::stable_sort(names, {}, numberOf);
        ArchiveGroup result{place, {}};
        for (const std::string& name : names) {
            ATTN_TRY(Tensor tensor, stored.tensor(name, m_budget));
            result.weights.push_back({name, share(std::move(tensor)), true});
        }
        if (!result.weights.empty()) m_archive.groups.push_back(std::move(result));
        return {};
    }

    ReadBudget& m_budget;
    Archive& m_archive;
    std::size_t m_groups = 0;
};

}  // namespace

bool holdsPlacedWeights(const Hdf5Group& root) {
    return std::ranges::any_of(roots, [&](const char* name) { return root.has(name); });
}

Status readPlacedWeights(const Hdf5Group& root, ReadBudget& budget, Archive& archive) {
    archive.byPlace = true;
    PlacedReader reader(budget, archive);
    for (const char* name : roots) {
        if (!root.has(name)) continue;
        ATTN_TRY(const Hdf5Group group, root.group(name));
        ATTN_CHECK(reader.read(group, name, 1));
    }
    return {};
}

Status joinPlacedWeights(Archive& whole, Archive part) {
    whole.byPlace = true;
    std::map<std::string, std::size_t> places;
    for (std::size_t index = 0; index < whole.groups.size(); ++index) places.emplace(whole.groups[index].layer, index);
    for (ArchiveGroup& group : part.groups) {
        const auto found = places.find(group.layer);
        if (found == places.end()) {
            whole.groups.push_back(std::move(group));
            continue;
        }
        std::vector<LayerWeight>& weights = whole.groups[found->second].weights;
        std::ranges::move(group.weights, std::back_inserter(weights));
        std::ranges::stable_sort(
            weights, {}, [](const LayerWeight& weight) { return std::pair(numberOf(weight.name), weight.name); });
        const auto twice = std::ranges::adjacent_find(weights, {}, &LayerWeight::name);
        if (twice != weights.end())
            return fail(ErrorCode::Format,
                        group.layer + "/vars/" + twice->name + ": is in a file before this one, too");
    }
    return {};
}

}  // namespace attnscope
