#include "layers/config.h"

#include <cmath>
#include <limits>

namespace attnscope {

using Json = nlohmann::json;  // `json` is a member of Config

namespace {

/// What stands for numbers of numpy or of a backend: {"class_name": "__numpy__", "config": {"value": 0.3, "dtype":
/// "float32"}} (serialization_lib.py since Keras 2.12, serialize_keras_object); the value itself otherwise.
const Json& plain(const Json& value) {
    const Json className = value.is_object() ? value.value("class_name", Json()) : Json();
    if (className != "__numpy__" && className != "__tensor__") return value;
    const auto config = value.find("config");
    return config != value.end() && config->is_object() && config->contains("value") ? (*config)["value"] : value;
}

std::string shown(const Json& value) {
    // Bytes that are not UTF-8 must not throw; long values would bury the message.
    constexpr std::size_t longest = 60;
    std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > longest) text = text.substr(0, longest) + "…";
    return text;
}

tl::unexpected<Error> wrong(std::string_view key, const Json* found, std::string_view expected) {
    const std::string what = found != nullptr ? shown(*found) + " found" : "missing";
    return fail(ErrorCode::Format,
                "config entry " + std::string(key) + ": " + what + ", " + std::string(expected) + " expected");
}

std::optional<std::int64_t> wholeNumber(const Json& value) {
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
        return static_cast<std::int64_t>(number);
    }
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number_float()) {
        constexpr double exact = 9007199254740992.0;  // 2^53
        const auto number = value.get<double>();
        if (std::floor(number) == number && std::abs(number) <= exact) return static_cast<std::int64_t>(number);
    }
    return std::nullopt;
}

}  // namespace

const Json* Config::find(std::string_view key) const {
    if (!m_json.is_object()) return nullptr;
    const auto found = m_json.find(key);
    if (found == m_json.end()) return nullptr;
    const Json& value = plain(*found);
    return value.is_null() ? nullptr : &value;
}

bool Config::has(std::string_view key) const {
    return find(key) != nullptr;
}

Result<std::int64_t> Config::integer(std::string_view key) const {
    const Json* value = find(key);
    if (value != nullptr)
        if (const auto number = wholeNumber(*value)) return *number;
    return wrong(key, value, "a whole number");
}

Result<std::int64_t> Config::integer(std::string_view key, std::int64_t fallback) const {
    return has(key) ? integer(key) : Result<std::int64_t>(fallback);
}

Result<float> Config::number(std::string_view key, float fallback) const {
    const Json* value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_number()) return wrong(key, value, "a number");
    const auto number = static_cast<float>(value->get<double>());
    if (!std::isfinite(number)) return wrong(key, value, "a finite number");
    return number;
}

Result<bool> Config::flag(std::string_view key, bool fallback) const {
    const Json* value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_boolean()) return wrong(key, value, "true or false");
    return value->get<bool>();
}

Result<std::string> Config::text(std::string_view key, std::string_view fallback) const {
    const Json* value = find(key);
    if (value == nullptr) return std::string(fallback);
    if (!value->is_string()) return wrong(key, value, "a string");
    return value->get<std::string>();
}

Result<std::vector<std::int64_t>> Config::integers(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr) return wrong(key, value, "a list of whole numbers");
    if (!value->is_array()) {
        const auto number = wholeNumber(*value);
        if (!number) return wrong(key, value, "a list of whole numbers");
        return std::vector<std::int64_t>{*number};
    }
    std::vector<std::int64_t> numbers;
    for (const Json& item : *value) {
        const auto number = wholeNumber(item);
        if (!number) return wrong(key, value, "a list of whole numbers");
        numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace attnscope
