#include "formats/archive_stream.h"

#include "base/read_file.h"
#include "base/strict_json.h"
#include "formats/read_limits.h"

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string>

static_assert(std::endian::native == std::endian::little, "numbers travel as they lie in memory");

namespace attnscope {

namespace {

using nlohmann::json;

enum class Kind : char { Progress = 'P', Error = 'E', Header = 'A', Tensor = 'T' };

constexpr std::size_t prefixBytes = 1 + sizeof(std::uint64_t);
constexpr std::size_t mostErrorBytes = 1U << 16U;
constexpr std::size_t highestRank = 8;
/// A config may be as deep as a document in a file may; here it lies inside the header.
constexpr std::size_t headerDepth = deepestJson + 1;

struct Frame {
    Kind kind = Kind::Error;
    std::uint64_t bytes = 0;
};

void sendPrefix(const ByteSink& sink, Kind kind, std::uint64_t bytes) {
    std::array<char, prefixBytes> prefix{static_cast<char>(kind)};
    std::memcpy(prefix.data() + 1, &bytes, sizeof bytes);
    sink({prefix.data(), prefix.size()});
}

void sendDocument(const ByteSink& sink, Kind kind, const json& document) {
    const std::string text = document.dump(-1, ' ', false, json::error_handler_t::replace);
    sendPrefix(sink, kind, text.size());
    sink(text);
}

tl::unexpected<Error> nonsense(const std::string& what) {
    return fail(ErrorCode::Format, "the reader answered nonsense: " + what);
}

Result<Frame> receivePrefix(const ByteSource& source) {
    std::array<char, prefixBytes> prefix{};
    ATTN_CHECK(source(prefix));
    Frame frame{static_cast<Kind>(prefix[0]), 0};
    std::memcpy(&frame.bytes, prefix.data() + 1, sizeof frame.bytes);
    return frame;
}

Result<json> receiveDocument(const ByteSource& source, const Frame& frame, std::uint64_t limit) {
    if (frame.bytes > limit)
        return fail(ErrorCode::Limit, "needs " + bytesText(frame.bytes) + " for configs and names, limit " +
                                          bytesText(limit) + " for a file of its size");
    std::string text(static_cast<std::size_t>(frame.bytes), '\0');
    ATTN_CHECK(source(text));
    Result<json> document = parseStrictJson(text, JsonPosition::Column, headerDepth);
    if (!document) return nonsense(document.error().message);
    if (!document->is_object()) return nonsense(jsonKind(*document) + ", an object was expected");
    return document;
}

/// Takes an entry of an object out of it, as a string, a list, a truth value or any JSON.
template <typename T>
Result<T> take(json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) return nonsense(std::string("no ") + key);
    if constexpr (!std::is_same_v<T, json>) {
        T* const value = found->get_ptr<T*>();
        if (value == nullptr) return nonsense(std::string(key) + " is " + jsonKind(*found));
        return std::move(*value);
    } else {
        return std::move(*found);
    }
}

// What an archive holds besides the numbers. Every field is named here, so that a new one does not compile until it is
// sent, too.
json describe(const ArchiveGroup& group) {
    const auto& [layer, all] = group;
    json weights = json::array();
    for (const auto& [name, tensor, trainable] : all)
        weights.push_back({{"name", name}, {"shape", tensor->shape().extents()}, {"trainable", trainable}});
    return {{"layer", layer}, {"weights", std::move(weights)}};
}

json describe(const Archive& archive) {
    const auto& [format, framework, version, config, training, all, backend, byPlace, files] = archive;
    json groups = json::array();
    for (const ArchiveGroup& group : all) groups.push_back(describe(group));
    return {{"format", format}, {"framework", framework}, {"version", version},          {"backend", backend},
            {"config", config}, {"training", training},   {"groups", std::move(groups)}, {"byPlace", byPlace},
            {"files", files}};
}

Result<Shape> shapeFrom(const json& extents) {
    if (!extents.is_array() || extents.size() > highestRank) return nonsense("a shape is no list of up to 8 extents");
    std::vector<std::int64_t> shape;
    for (const json& extent : extents) {
        const auto* const number = extent.get_ptr<const json::number_unsigned_t*>();
        if (number == nullptr || *number == 0 || *number > std::numeric_limits<std::int32_t>::max())
            return nonsense("an extent is " + jsonKind(extent));
        shape.push_back(static_cast<std::int64_t>(*number));
    }
    return Shape(std::move(shape));
}

Result<LayerWeight> weightFrom(json& described, ReadBudget& budget, const ByteSource& source) {
    if (!described.is_object()) return nonsense("a weight is " + jsonKind(described));
    LayerWeight weight;
    ATTN_TRY(weight.name, take<std::string>(described, "name"));
    ATTN_TRY(weight.trainable, take<bool>(described, "trainable"));
    ATTN_TRY(const json extents, take<json>(described, "shape"));
    ATTN_TRY(Shape shape, shapeFrom(extents));
    ATTN_CHECK(budget.take(shape));
    ATTN_TRY(const Frame frame, receivePrefix(source));
    if (frame.kind != Kind::Tensor || frame.bytes != bytesFor(shape, sizeof(float)))
        return nonsense("a tensor of another size than its shape");
    Tensor tensor(std::move(shape));
    ATTN_CHECK(source({reinterpret_cast<char*>(tensor.data().data()), tensor.data().size_bytes()}));
    weight.tensor = share(std::move(tensor));
    return weight;
}

Result<ArchiveGroup> groupFrom(json& described, ReadBudget& budget, const ByteSource& source) {
    if (!described.is_object()) return nonsense("a group is " + jsonKind(described));
    ArchiveGroup group;
    ATTN_TRY(group.layer, take<std::string>(described, "layer"));
    ATTN_TRY(json::array_t weights, take<json::array_t>(described, "weights"));
    for (json& weight : weights) {
        ATTN_TRY(LayerWeight received, weightFrom(weight, budget, source));
        group.weights.push_back(std::move(received));
    }
    return group;
}

Result<Archive> archiveFrom(json header, std::uint64_t fileBytes, const ByteSource& source) {
    ReadBudget budget(fileBytes);
    Archive archive;
    ATTN_TRY(archive.format, take<std::string>(header, "format"));
    ATTN_TRY(archive.framework, take<std::string>(header, "framework"));
    ATTN_TRY(archive.version, take<std::string>(header, "version"));
    ATTN_TRY(archive.backend, take<std::string>(header, "backend"));
    ATTN_TRY(archive.config, take<json>(header, "config"));
    ATTN_TRY(archive.training, take<json>(header, "training"));
    ATTN_TRY(archive.byPlace, take<bool>(header, "byPlace"));
    ATTN_TRY(json::object_t files, take<json::object_t>(header, "files"));
    for (auto& [path, text] : files) {
        if (!text.is_string()) return nonsense("a file is " + jsonKind(text));
        archive.files.emplace(path, std::move(text.get_ref<std::string&>()));
    }
    ATTN_TRY(json::array_t groups, take<json::array_t>(header, "groups"));
    for (json& group : groups) {
        ATTN_TRY(ArchiveGroup received, groupFrom(group, budget, source));
        archive.groups.push_back(std::move(received));
    }
    return archive;
}

Result<Error> errorFrom(json described) {
    Error error;
    ATTN_TRY(const json code, take<json>(described, "code"));
    const auto* const number = code.get_ptr<const json::number_unsigned_t*>();
    if (number == nullptr || *number > static_cast<unsigned>(ErrorCode::DeviceLost))
        return nonsense("an unknown error");
    error.code = static_cast<ErrorCode>(*number);
    ATTN_TRY(error.message, take<std::string>(described, "message"));
    ATTN_TRY(const json::array_t places, take<json::array_t>(described, "context"));
    for (const json& place : places) {
        if (!place.is_string()) return nonsense("a place is " + jsonKind(place));
        error.context.push_back(place.get<std::string>());
    }
    return error;
}

}  // namespace

void sendProgress(const ByteSink& sink, std::uint64_t tensorBytes) {
    sendPrefix(sink, Kind::Progress, tensorBytes);
}

void sendArchive(const ByteSink& sink, const Result<Archive>& archive) {
    if (!archive) {
        const Error& error = archive.error();
        sendDocument(sink, Kind::Error,
                     {{"code", static_cast<unsigned>(error.code)},
                      {"message", error.message.substr(0, mostErrorBytes / 8)},
                      {"context", error.context}});
        return;
    }
    sendDocument(sink, Kind::Header, describe(*archive));
    for (const ArchiveGroup& group : archive->groups) {
        for (const LayerWeight& weight : group.weights) {
            const std::span<const float> numbers = weight.tensor->data();
            sendPrefix(sink, Kind::Tensor, numbers.size_bytes());
            sink({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
        }
    }
}

Result<Archive> receiveArchive(const ByteSource& source, std::uint64_t fileBytes,
                               const ReadBudget::Progress& progress) {
    for (;;) {
        ATTN_TRY(const Frame frame, receivePrefix(source));
        switch (frame.kind) {
            case Kind::Progress:
                if (progress) progress(frame.bytes);
                break;
            case Kind::Error: {
                ATTN_TRY(json described, receiveDocument(source, frame, mostErrorBytes));
                ATTN_TRY(Error error, errorFrom(std::move(described)));
                return fail(std::move(error));
            }
            case Kind::Header: {
                ATTN_TRY(json header, receiveDocument(source, frame, readLimits(fileBytes).documentBytes));
                return archiveFrom(std::move(header), fileBytes, source);
            }
            default:
                return nonsense("an unknown frame");
        }
    }
}

}  // namespace attnscope
