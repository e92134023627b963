#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// A layer's config as the file has it, read with types. Every error names the key, what was found and what was
/// expected.
class Config {
public:
    Config() = default;
    explicit Config(nlohmann::json json) : m_json(std::move(json)) {}

    [[nodiscard]] const nlohmann::json& json() const { return m_json; }
    /// An entry, for numbers of numpy or a tensor what they are as JSON; null if it is absent or null.
    [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
    /// Present and not null.
    [[nodiscard]] bool has(std::string_view key) const;

    [[nodiscard]] Result<std::int64_t> integer(std::string_view key) const;
    [[nodiscard]] Result<std::int64_t> integer(std::string_view key, std::int64_t fallback) const;
    [[nodiscard]] Result<float> number(std::string_view key, float fallback) const;
    [[nodiscard]] Result<bool> flag(std::string_view key, bool fallback) const;
    [[nodiscard]] Result<std::string> text(std::string_view key, std::string_view fallback) const;
    /// A list of whole numbers, or one number standing for a list of one.
    [[nodiscard]] Result<std::vector<std::int64_t>> integers(std::string_view key) const;

private:
    nlohmann::json m_json = nlohmann::json::object();
};

}  // namespace attnscope
