#include "model/weight_places.h"

#include "base/text.h"
#include "model/weight_order.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace attnscope {

namespace {

using Hands = std::vector<std::vector<LayerWeight>>;

// keras/src/saving/saving_lib.py, _walk_saveable: layers of a model stand below "layers"; up to TensorFlow 2.14 they
// stood below "_layer_checkpoint_dependencies".
constexpr std::string_view layersRoot = "layers";
constexpr std::string_view dependenciesRoot = "_layer_checkpoint_dependencies";
// Attributes of Bidirectional and of Wrapper.
constexpr std::array wrapperParts{std::string_view("forward_layer"), std::string_view("backward_layer"),
                                  std::string_view("layer")};

struct Split {
    std::string_view first;
    std::string_view rest;
};

/// A path without its first part.
Split firstPart(std::string_view path) {
    const std::size_t slash = path.find('/');
    return slash == std::string_view::npos ? Split{path, {}} : Split{path.substr(0, slash), path.substr(slash + 1)};
}

bool isUpper(char letter) {
    return letter >= 'A' && letter <= 'Z';
}

bool isLower(char letter) {
    return letter >= 'a' && letter <= 'z';
}

bool isDigit(char letter) {
    return letter >= '0' && letter <= '9';
}

/// keras/src/utils/naming.py, to_snake_case; tf_keras/src/utils/generic_utils.py lets digits follow the capital letter
/// of a word.
std::string snakeCase(const std::string& className, bool digitsMakeWords) {
    std::string name;
    for (const char letter : className)
        if (isUpper(letter) || isLower(letter) || isDigit(letter) || letter == '_') name += letter;
    const auto startsWord = [&](std::size_t at) {
        if (!isUpper(name[at]) || at + 1 >= name.size()) return false;
        return isLower(name[at + 1]) || (digitsMakeWords && isDigit(name[at + 1]));
    };
    std::string result;
    // Each match of "(.)([A-Z][a-z]+)" takes a letter in front of the word, so that it cannot be the end of another.
    std::size_t takenUpTo = 0;
    for (std::size_t at = 0; at < name.size(); ++at) {
        bool apart = false;
        if (at > takenUpTo && startsWord(at)) {
            apart = true;
            takenUpTo = at + 1;
            while (takenUpTo < name.size() &&
                   (isLower(name[takenUpTo]) || (digitsMakeWords && isDigit(name[takenUpTo]))))
                ++takenUpTo;
        } else if (at > 0 && isUpper(name[at]) && isLower(name[at - 1])) {
            apart = true;
        }
        if (apart) result += '_';
        result += isUpper(name[at]) ? static_cast<char>(name[at] - 'A' + 'a') : name[at];
    }
    return result;
}

/// The number that a text is; none for another text.
std::optional<std::size_t> numberIn(std::string_view text) {
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = problem == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

/// Weights by the first part of their place.
using Heaps = std::map<std::string, std::vector<LayerWeight>, std::less<>>;

Heaps heaped(std::vector<LayerWeight> weights) {
    Heaps heaps;
    for (LayerWeight& weight : weights) {
        const auto [first, rest] = firstPart(weight.name);
        std::vector<LayerWeight>& heap = heaps[std::string(first)];
        weight.name = std::string(rest);
        heap.push_back(std::move(weight));
    }
    return heaps;
}

/// The places that have weights, by kind and number: "dense_2" is the third of "dense", and the first of "dense_2".
using Places = std::map<std::string_view, std::map<std::size_t, std::string_view>>;

Places placesOf(const Heaps& heaps) {
    Places places;
    for (const auto& [place, weights] : heaps) {
        const std::string_view whole = place;
        places[whole].try_emplace(0, whole);
        const std::size_t end = whole.rfind('_');
        if (end == std::string_view::npos) continue;
        if (const auto number = numberIn(whole.substr(end + 1)))
            places[whole.substr(0, end)].try_emplace(*number, whole);
    }
    return places;
}

/// The kind under which a class is counted: either spelling, whichever the file has.
std::string kindOf(const Places& places, const std::string& className) {
    // The only layer whose class in the code has another name than the public one.
    if (className == "GroupQueryAttention") return "grouped_query_attention";
    std::string kind = snakeCase(className, false);
    if (places.contains(kind)) return kind;
    std::string older = snakeCase(className, true);
    return places.contains(older) ? older : kind;
}

/// Notes the shared layers in a layer, itself included.
Status meet(const LayerEntry& layer, SavedPlaces& saved) {
    if (layer.sharedId) saved.met.insert(*layer.sharedId);
    ATTN_TRY(const std::vector<LayerEntry> inside, layersInside(layer));
    for (const LayerEntry& child : inside) ATTN_CHECK(meet(child, saved));
    return {};
}

/// Whether a layer was given its vocabulary by adapt(), into a table that TensorFlow counts among the weights.
bool hasTable(const LayerEntry& layer) {
    constexpr std::array classes{std::string_view("IntegerLookup"), std::string_view("StringLookup"),
                                 std::string_view("TextVectorization")};
    return std::ranges::find(classes, layer.className) != classes.end() && !Config(layer.config).has("vocabulary");
}

/// By how much a layer lets the count of its class go on (saving_lib.py, _save_container_state). Keras 3 counts each
/// layer once. Keras 2.12 and 2.13 saved _layer_checkpoint_dependencies, which names a layer twice if it has weights;
/// from 2.14 on a layer that was saved before does not count.
Result<std::size_t> countFor(const LayerEntry& layer, SavedPlaces& saved) {
    if (saved.era.generation == Generation::Keras3) return 1;
    if (saved.era.version.starts_with("2.12.") || saved.era.version.starts_with("2.13.")) {
        ATTN_TRY(const bool weighted, mayHaveWeights(layer));
        return weighted || hasTable(layer) ? 2 : 1;
    }
    if (layer.sharedId && saved.met.contains(*layer.sharedId)) return 0;
    ATTN_CHECK(meet(layer, saved));
    return 1;
}

/// The number of each layer among those of its class, in the order of the model; none for operations, which are not
/// among them, and for a layer that does not count. The InputLayer of a Sequential model has nothing to save.
Result<std::vector<std::optional<std::size_t>>> layerCounts(const std::vector<LayerEntry>& layers, SavedPlaces saved) {
    std::vector<std::optional<std::size_t>> counts(layers.size());
    std::map<std::string, std::size_t> next;
    for (std::size_t index = 0; index < layers.size(); ++index) {
        if (layers[index].operation) continue;
        ATTN_TRY(const std::size_t further, countFor(layers[index], saved));
        std::size_t& count = next[snakeCase(layers[index].className, false)];
        if (further > 0) counts[index] = count;
        count += further;
    }
    return counts;
}

Result<Hands> dealModel(const std::vector<LayerEntry>& layers, Heaps heaps, SavedPlaces saved) {
    Hands hands(layers.size());
    ATTN_TRY(const std::vector<std::optional<std::size_t>> counts, layerCounts(layers, std::move(saved)));
    const Places places = placesOf(heaps);
    std::set<std::string_view> dealt;
    for (std::size_t index = 0; index < layers.size(); ++index) {
        if (!counts[index]) continue;
        const auto kind = places.find(kindOf(places, layers[index].className));
        if (kind == places.end()) continue;
        const auto place = kind->second.find(*counts[index]);
        if (place == kind->second.end()) continue;
        hands[index] = heaps.find(place->second)->second;
        dealt.insert(place->second);
    }
    for (const auto& [place, weights] : heaps) {
        if (!dealt.contains(place))
            return fail(ErrorCode::Shape, "weights found at '" + place + "', where the model has no such layer");
    }
    return hands;
}

}  // namespace

std::vector<LayerWeight> placedWeights(std::vector<ArchiveGroup> groups) {
    std::vector<LayerWeight> weights;
    for (ArchiveGroup& group : groups) {
        for (LayerWeight& weight : group.weights) {
            weight.name = group.layer + "/vars/" + weight.name;
            weights.push_back(std::move(weight));
        }
    }
    return weights;
}

Result<std::vector<std::string>> layerPlaces(const std::vector<LayerEntry>& layers, SavedPlaces saved) {
    std::vector<std::string> places(layers.size());
    ATTN_TRY(const std::vector<std::optional<std::size_t>> counts, layerCounts(layers, std::move(saved)));
    for (std::size_t index = 0; index < layers.size(); ++index) {
        if (!counts[index]) continue;
        places[index] = std::string(layersRoot) + "/" + snakeCase(layers[index].className, false) +
                        (*counts[index] == 0 ? "" : "_" + std::to_string(*counts[index]));
    }
    return places;
}

std::map<std::string, std::string> placedFiles(std::map<std::string, std::string> files) {
    std::map<std::string, std::string> placed;
    for (auto& [path, text] : files) {
        std::vector<std::string> parts = split(path, '/');
        std::ranges::replace(parts, dependenciesRoot, layersRoot);
        placed.emplace(joined(parts, "/"), std::move(text));
    }
    return placed;
}

bool areNamedByPlace(const std::vector<LayerWeight>& weights) {
    return !weights.empty() && std::ranges::all_of(weights, [](const LayerWeight& weight) {
        if (weight.name.find("/vars/") == std::string::npos) return false;
        const std::string_view first = firstPart(weight.name).first;
        return first == layersRoot || first == dependenciesRoot ||
               std::ranges::find(wrapperParts, first) != wrapperParts.end();
    });
}

Result<Hands> dealByPlace(const std::vector<LayerEntry>& layers, std::vector<LayerWeight> weights, SavedPlaces places) {
    Heaps heaps = heaped(std::move(weights));
    for (const std::string_view root : {layersRoot, dependenciesRoot}) {
        const auto heap = heaps.find(root);
        if (heap == heaps.end()) continue;
        return dealModel(layers, heaped(std::move(heap->second)), std::move(places));
    }
    Hands hands(layers.size());
    for (std::size_t index = 0; index < std::min(layers.size(), wrapperParts.size()); ++index) {
        const std::string_view part = layers.size() == 1 ? wrapperParts[2] : wrapperParts[index];
        if (const auto heap = heaps.find(part); heap != heaps.end()) hands[index] = std::move(heap->second);
    }
    return hands;
}

}  // namespace attnscope
