#include "formats/npz_weights.h"

#include "formats/read_limits.h"
#include "formats/zip_archive.h"
#include "text/npy.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace attnscope {

namespace {

constexpr std::string_view npyEnding = ".npy";
constexpr std::string_view numbered = "arr_";  // what numpy.savez calls an array that was given no name

/// The number of "arr_12"; none for other names.
std::optional<std::size_t> numberOf(std::string_view name) {
    if (!name.starts_with(numbered)) return std::nullopt;
    name.remove_prefix(numbered.size());
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool whole = problem == std::errc() && end == name.data() + name.size();
    return whole ? std::optional(number) : std::nullopt;
}

/// Where an array keeps the item that stands at a place of row-major order.
std::size_t storedAt(const NpyView& array, std::size_t place) {
    if (!array.fortranOrder) return place;
    std::size_t at = 0;
    auto stride = static_cast<std::size_t>(array.shape.elements());
    for (std::size_t axis = array.shape.rank(); axis-- > 0;) {
        const auto extent = static_cast<std::size_t>(array.shape[axis]);
        stride /= extent;
        at += place % extent * stride;
        place /= extent;
    }
    return at;
}

Result<Tensor> readArray(std::string_view bytes, ReadBudget& budget) {
    ATTN_TRY(const NpyView array, parseNpy(bytes));
    const bool empty = std::ranges::any_of(array.shape, [](std::int64_t extent) { return extent == 0; });
    if (empty) return fail(ErrorCode::Format, "has an axis of length 0; no weight has");
    ATTN_CHECK(budget.take(array.shape));
    Tensor numbers(array.shape);
    for (std::size_t place = 0; place < numbers.size(); ++place)
        numbers[place] = static_cast<float>(array.item(storedAt(array, place)));
    return numbers;
}

/// "dense" of "dense/kernel:0"; empty for a name of one part.
std::string layerOf(const std::string& weight) {
    const std::size_t slash = weight.find('/');
    return slash == std::string::npos ? std::string() : weight.substr(0, slash);
}

void put(Archive& archive, LayerWeight weight) {
    const std::string layer = layerOf(weight.name);
    auto group = std::ranges::find(archive.groups, layer, &ArchiveGroup::layer);
    if (group == archive.groups.end()) group = archive.groups.insert(group, ArchiveGroup{layer, {}});
    group->weights.push_back(std::move(weight));
}

}  // namespace

bool recognizesNpzWeights(std::string_view /*head*/, std::string_view path) {
    return path.ends_with(".npz");
}

Result<Archive> readNpzWeights(const ModelFile& file, ReadBudget& budget) {
    const std::uint64_t limit = readLimits(file.bytes.size()).tensorBytes / 2;
    ATTN_TRY(const ZipArchive zip, ZipArchive::open(file.bytes));
    std::vector<std::string> names;
    for (const ZipMember& member : zip.members()) {
        if (!member.name.ends_with(npyEnding))
            return fail(ErrorCode::Format, "member " + member.name + ": an array (.npy) was expected");
        names.push_back(member.name.substr(0, member.name.size() - npyEnding.size()));
    }
    if (names.empty()) return fail(ErrorCode::Format, "holds no arrays");
    std::ranges::stable_sort(names, {}, [](const std::string& name) { return numberOf(name).value_or(0); });

    Archive archive{"NumPy weights", "keras", {}, nullptr, nullptr, {}};
    for (const std::string& name : names) {
        const std::string member = name + std::string(npyEnding);
        ATTN_TRY(const std::string bytes, zip.read(member, limit));
        Result<Tensor> array = readArray(bytes, budget);
        if (!array) return failWithin("member " + member, std::move(array).error());
        put(archive, {name, share(*std::move(array)), true});
    }
    return archive;
}

}  // namespace attnscope
