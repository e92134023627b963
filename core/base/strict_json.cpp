#include "base/strict_json.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace attnscope {

namespace {

using nlohmann::json;

// nlohmann's messages carry an identifier, the position and the last token, which may be megabytes long.
std::string reasonOf(const std::string& what) {
    std::size_t start = what.find("] ");
    start = start == std::string::npos ? 0 : start + 2;
    if (what.compare(start, 11, "parse error") == 0) {
        const std::size_t colon = what.find(": ", start);
        if (colon != std::string::npos) start = colon + 2;
    }
    std::string reason = what.substr(start, std::min<std::size_t>(what.find("; last read", start) - start, 160));
    constexpr std::string_view needless = "syntax error while parsing ";
    return reason.starts_with(needless) ? "in " + reason.substr(needless.size()) : reason;
}

/// A key as messages show it, on one line.
std::string shown(const std::string& key) {
    constexpr std::size_t longest = 80;
    const bool cut = key.size() > longest;
    return json(key.substr(0, longest) + (cut ? "…" : "")).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Builds the document while the parser walks it, and stops at what ought not to be there.
class StrictBuilder : public nlohmann::json_sax<json> {
public:
    StrictBuilder(std::string_view text, JsonPosition position, std::size_t deepest)
        : m_text(text), m_position(position), m_deepest(deepest) {}

    bool null() override { return add(nullptr) != nullptr; }
    bool boolean(bool value) override { return add(value) != nullptr; }
    bool number_integer(number_integer_t value) override { return add(value) != nullptr; }
    bool number_unsigned(number_unsigned_t value) override { return add(value) != nullptr; }
    bool number_float(number_float_t value, const string_t& /*text*/) override { return add(value) != nullptr; }
    bool string(string_t& value) override { return add(std::move(value)) != nullptr; }
    bool binary(binary_t& /*value*/) override { return false; }

    bool start_object(std::size_t /*size*/) override { return open(json::object()); }
    bool start_array(std::size_t /*size*/) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        auto& members = m_open.back()->get_ref<json::object_t&>();
        const auto [place, fresh] = members.emplace(name, nullptr);
        if (!fresh) return refuse("the key " + shown(name) + " occurs twice in one object");
        m_slot = &place->second;
        return true;
    }

    bool parse_error(std::size_t position, const std::string& /*token*/, const json::exception& error) override {
        const std::string_view before = m_text.substr(0, position > 0 ? position - 1 : 0);
        const auto line = 1 + std::count(before.begin(), before.end(), '\n');
        const std::size_t newline = before.rfind('\n');
        const std::size_t column = before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
        std::string place = "column " + std::to_string(column);
        if (m_position == JsonPosition::LineAndColumn) place = "line " + std::to_string(line) + ", " + place;
        return refuse("not valid JSON at " + place + ": " + reasonOf(error.what()));
    }

    [[nodiscard]] json take() && { return std::move(m_root); }
    [[nodiscard]] const std::string& problem() const { return m_problem; }

private:
    bool refuse(std::string problem) {
        m_problem = std::move(problem);
        return false;
    }

    json* add(json value) {
        if (++m_values > mostJsonValues) {
            refuse("JSON of more than " + std::to_string(mostJsonValues) + " values");
            return nullptr;
        }
        if (m_open.empty()) {
            m_root = std::move(value);
            return &m_root;
        }
        json& parent = *m_open.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        *m_slot = std::move(value);
        return m_slot;
    }

    bool open(json container) {
        if (m_open.size() == m_deepest)
            return refuse("JSON nested more than " + std::to_string(m_deepest) + " levels deep");
        json* const place = add(std::move(container));
        m_open.push_back(place);
        return place != nullptr;
    }

    bool close() {
        m_open.pop_back();
        return true;
    }

    std::string_view m_text;
    JsonPosition m_position;
    std::size_t m_deepest;
    json m_root;
    std::vector<json*> m_open;  ///< from the root to the innermost open container
    json* m_slot = nullptr;     ///< where the value of the last key goes
    std::size_t m_values = 0;
    std::string m_problem;
};

}  // namespace

Result<json> parseStrictJson(std::string_view text, JsonPosition position, std::size_t deepest) {
    StrictBuilder builder(text, position, deepest);
    if (!json::sax_parse(text.begin(), text.end(), &builder)) return fail(ErrorCode::Format, builder.problem());
    return std::move(builder).take();
}

std::string jsonKind(const json& value) {
    switch (value.type()) {
        case json::value_t::null:
            return "null";
        case json::value_t::object:
            return "an object";
        case json::value_t::array:
            return "a list";
        case json::value_t::string:
            return "a string";
        case json::value_t::boolean:
            return value.get<bool>() ? "true" : "false";
        default:
            return "the number " + value.dump();
    }
}

}  // namespace attnscope
