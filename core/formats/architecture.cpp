#include "formats/architecture.h"

#include "base/read_file.h"
#include "base/strict_json.h"

#include <array>
#include <system_error>
#include <vector>

namespace attnscope {

namespace {

using nlohmann::json;

constexpr std::string_view expected = "a model's architecture as model.to_json() gives it was expected";

Result<json> parseArchitecture(std::string_view text) {
    ATTN_CHECK(refuseExecutable(text, {}, "JSON (model.to_json())"));
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(byteOrderMark)) text.remove_prefix(byteOrderMark.size());
    ATTN_TRY(json parsed, parseStrictJson(text));
    if (parsed.is_string()) {
        ATTN_TRY(parsed, parseStrictJson(parsed.get<std::string>()));
    }
    if (!parsed.is_object()) return fail(ErrorCode::Format, "is " + jsonKind(parsed) + "; " + std::string(expected));
    const json className = parsed.value("class_name", json());
    const json config = parsed.value("config", json());
    if (!className.is_string() || !config.is_structured())
        return fail(ErrorCode::Format, "has no class_name and config; " + std::string(expected));
    if (!config.is_array() && !config.contains("layers"))
        return fail(ErrorCode::Format, "is the config of class " + className.get<std::string>() +
                                           ", which has no layers; " + std::string(expected));
    return parsed;
}

std::string textEntry(const json& object, const char* key) {
    const json value = object.value(key, json());
    return value.is_string() ? value.get<std::string>() : std::string();
}

/// "w" for "w_weights", "w-weights" and "w.weights"; the name itself for others.
std::string withoutWeights(std::string stem) {
    for (const std::string_view ending : {"_weights", "-weights", ".weights"}) {
        if (stem.size() > ending.size() && stem.ends_with(ending)) return stem.substr(0, stem.size() - ending.size());
    }
    return stem;
}

std::vector<std::string> namesBeside(const std::filesystem::path& weights) {
    std::vector<std::string> names;
    const std::string stem = weights.stem().string();
    for (const std::string& base : {stem, withoutWeights(stem)}) {
        for (const char* ending :
             {".json", "_config.json", ".config.json", "_architecture.json", ".architecture.json", "_model.json"})
            names.push_back(base + ending);
    }
    names.insert(names.end(),
                 {"model.json", "architecture.json", "model_architecture.json", "model_config.json", "config.json"});
    return names;
}

}  // namespace

Status addArchitecture(Archive& weights, std::string_view text) {
    ATTN_TRY(json model, parseArchitecture(text));
    if (std::string version = textEntry(model, "keras_version"); !version.empty()) {
        weights.version = std::move(version);
    } else if (weights.version.empty() && model.contains("registered_name")) {
        weights.version = "3";  // to_json of Keras 3 leaves it out
    }
    if (weights.backend.empty()) weights.backend = textEntry(model, "backend");
    weights.config = std::move(model);
    return {};
}

bool isArchitecture(const std::filesystem::path& file) {
    const Result<std::string> text = readBytes(file, mostArchitectureBytes);
    return text && parseArchitecture(*text);
}

std::optional<std::string> findArchitectureBeside(const std::filesystem::path& weights) {
    for (const std::string& name : namesBeside(weights)) {
        std::error_code ignored;
        const std::filesystem::path candidate = weights.parent_path() / name;
        if (std::filesystem::is_regular_file(candidate, ignored) && isArchitecture(candidate))
            return candidate.string();
    }
    return std::nullopt;
}

}  // namespace attnscope
