#include "formats/sharded_weights.h"

#include "base/mapped_file.h"
#include "base/read_file.h"
#include "base/strict_json.h"
#include "formats/placed_weights.h"
#include "formats/read_budget.h"
#include "formats/read_limits.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace attnscope {

namespace {

using nlohmann::json;

constexpr std::string_view ending = ".weights.json";
constexpr std::string_view shardEnding = ".weights.h5";
constexpr std::size_t mostShards = 1024;
constexpr std::size_t mostMapBytes = std::size_t{8} << 20U;

Status addName(const json& value, std::vector<std::string>& names) {
    if (!value.is_string())
        return fail(ErrorCode::Format, "config entry weight_map: " + jsonKind(value) +
                                           " found for some weights; a file's name or a list of names was expected");
    const auto& name = value.get_ref<const std::string&>();
    // No path, and nothing that is none on other systems.
    const bool plain =
        name.ends_with(shardEnding) && name.size() > shardEnding.size() && std::ranges::none_of(name, [](char letter) {
            return letter == '/' || letter == '\\' || letter == ':' || static_cast<unsigned char>(letter) < 0x20;
        });
    if (!plain)
        return fail(ErrorCode::Format,
                    "config entry weight_map: names a file that is not called like one of weights "
                    "beside it, such as model_00000.weights.h5");
    if (std::ranges::find(names, name) != names.end()) return {};
    if (names.size() == mostShards)
        return fail(ErrorCode::Limit, "names more than " + std::to_string(mostShards) + " files of weights");
    names.push_back(name);
    return {};
}

std::uint64_t tensorBytes(const Archive& archive) {
    std::uint64_t bytes = 0;
    for (const ArchiveGroup& group : archive.groups)
        for (const LayerWeight& weight : group.weights) bytes += weight.tensor->size() * sizeof(float);
    return bytes;
}

}  // namespace

bool isShardMap(std::string_view path) {
    return path.ends_with(ending);
}

Result<std::vector<std::string>> shardNames(std::string_view map) {
    ATTN_TRY(const json parsed, parseStrictJson(map));
    const json weights = parsed.is_object() ? parsed.value("weight_map", json()) : json();
    if (!weights.is_object())
        return fail(ErrorCode::Format,
                    "has no weight_map; the map of weights was expected that Keras 3 writes beside them");
    std::vector<std::string> names;
    for (const auto& [place, files] : weights.items()) {
        // An optimizer's state is not needed.
        if (!place.starts_with("/layers/")) continue;
        if (!files.is_array()) ATTN_CHECK(addName(files, names));
        for (std::size_t index = 0; files.is_array() && index < files.size(); ++index)
            ATTN_CHECK(addName(files[index], names));
    }
    if (names.empty()) return fail(ErrorCode::Format, "config entry weight_map: names no weights of layers");
    return names;
}

Result<Archive> readSharded(const std::string& path, const ReadFile& read) {
    ATTN_TRY(const MappedFile map, MappedFile::open(path));  // which waits for no pipe
    if (map.bytes().size() > mostMapBytes)
        return fail(ErrorCode::Limit, "is larger than the limit of " + bytesText(mostMapBytes));
    ATTN_TRY(const std::vector<std::string> names, shardNames(map.bytes()));
    Archive whole{"Keras HDF5 weights", "keras", {}, nullptr, nullptr, {}};
    std::uint64_t fileBytes = 0;
    for (const std::string& name : names) {
        const std::filesystem::path file = std::filesystem::path(path).parent_path() / name;
        Result<Archive> shard = read(file.string());
        if (!shard) return failWithin(name, std::move(shard).error());
        if (!shard->config.is_null() || !shard->byPlace)
            return fail(ErrorCode::Format, name + ": weights of layers by their place in the model were expected");
        if (Status joined = joinPlacedWeights(whole, *std::move(shard)); !joined)
            return failWithin(name, std::move(joined).error());
        std::error_code ignored;
        fileBytes += std::filesystem::file_size(file, ignored);
        const std::uint64_t limit = readLimits(fileBytes).tensorBytes;
        if (const std::uint64_t taken = tensorBytes(whole); taken > limit)
            return fail(ErrorCode::Limit, name + ": needs " + bytesText(taken) +
                                              " together with the files before it, "
                                              "limit " +
                                              bytesText(limit));
    }
    return whole;
}

}  // namespace attnscope
