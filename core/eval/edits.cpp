#include "eval/edits.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace attnscope {
namespace {

bool startsWith(const std::vector<std::int64_t>& index, const std::vector<std::int64_t>& prefix) {
    return index.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), index.begin());
}

std::string indexText(const std::vector<std::int64_t>& index) {
    std::vector<std::string> parts;
    for (const std::int64_t at : index) parts.push_back(std::to_string(at));
    return "[" + joined(parts, ",") + "]";
}

Shape editableShape(const Value& value) {
    return value.batched ? value.shape.from(1) : value.shape;
}

template <typename Number>
std::optional<Number> parseNumber(std::string_view text) {
    text = trimmed(text);
    Number number{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return number;
}

/// `3,*` with rank 2 → {3}; `*` may only stand at the end, since an edit covers everything below its index.
Result<std::vector<std::int64_t>> parseIndex(std::string_view text, std::string_view whole) {
    std::vector<std::int64_t> index;
    bool open = false;
    if (trimmed(text).empty()) return index;
    for (const std::string& part : split(text, ',')) {
        if (trimmed(part) == "*") {
            open = true;
            continue;
        }
        const auto number = parseNumber<std::int64_t>(part);
        if (!number)
            return fail(ErrorCode::InvalidInput, "edit '" + std::string(whole) + "': index '" + part +
                                                     "' found, a whole number or * expected");
        if (open)
            return fail(ErrorCode::InvalidInput,
                        "edit '" + std::string(whole) + "': a * can only be followed by another *");
        index.push_back(*number);
    }
    return index;
}

}  // namespace

void Edits::set(const std::string& value, const std::vector<std::int64_t>& index, float number) {
    auto& elements = m_values[value].elements;
    std::erase_if(elements, [&](const auto& entry) { return startsWith(entry.first, index); });
    elements.emplace(index, number);
}

void Edits::unset(const std::string& value, const std::vector<std::int64_t>& index) {
    const auto found = m_values.find(value);
    if (found == m_values.end()) return;
    found->second.elements.erase(index);
    if (found->second.elements.empty() && !found->second.uniform) m_values.erase(found);
}

void Edits::pinUniform(const std::string& weights, bool pinned) {
    m_values[weights].uniform = pinned;
    if (m_values[weights] == ValueEdit{}) m_values.erase(weights);
}

std::size_t Edits::count() const {
    std::size_t count = 0;
    for (const auto& [name, edit] : m_values) count += edit.elements.size() + (edit.uniform ? 1U : 0U);
    return count;
}

const ValueEdit* Edits::find(std::string_view value) const {
    const auto found = m_values.find(value);
    return found == m_values.end() ? nullptr : &found->second;
}

Status checkEdits(const Edits& edits, const Graph& graph) {
    for (const auto& [name, edit] : edits.values()) {
        ATTN_TRY(const ValueId id, graph.find(name));
        const Shape shape = editableShape(graph.value(id));
        for (const auto& [index, number] : edit.elements) {
            const bool tooDeep = index.size() > shape.rank();
            bool inside = !tooDeep;
            for (std::size_t axis = 0; inside && axis < index.size(); ++axis)
                inside = index[axis] >= 0 && index[axis] < shape[axis];
            if (!inside)
                return fail(ErrorCode::InvalidInput,
                            "edit of " + name + ": index " + indexText(index) + " is outside its shape " + shape.text());
            if (!std::isfinite(number))
                return fail(ErrorCode::InvalidInput, "edit of " + name + ": a finite number expected, " +
                                                         floatText(number) + " found");
        }
        const auto isWeights = [id = id](const Site& site) { return site.weights == id; };
        if (edit.uniform && std::ranges::none_of(graph.sites(), isWeights))
            return fail(ErrorCode::InvalidInput, "only attention weights can be pinned to uniform, " + name + " is not");
    }
    return {};
}

Status parseSet(std::string_view text, const Graph& graph, const Site* site, Edits& edits) {
    const auto equals = text.rfind('=');
    if (equals == std::string_view::npos)
        return fail(ErrorCode::InvalidInput,
                    "edit '" + std::string(text) + "': VALUE[INDEX]=NUMBER expected, e.g. W[3]=0.5");
    const auto number = parseNumber<float>(text.substr(equals + 1));
    if (!number)
        return fail(ErrorCode::InvalidInput, "edit '" + std::string(text) + "': '" +
                                                 std::string(text.substr(equals + 1)) +
                                                 "' found, a number within float32 expected");
    const std::string_view target = trimmed(text.substr(0, equals));
    const auto bracket = target.find('[');
    if (bracket != std::string_view::npos && !target.ends_with(']'))
        return fail(ErrorCode::InvalidInput, "edit '" + std::string(text) + "': a closing ] expected before =");
    const std::string name(trimmed(target.substr(0, bracket)));

    Result<ValueId> id = graph.find(name);
    if (const NamedValue* named = site ? site->find(name) : nullptr) id = named->value;
    if (!id) {
        Error error = std::move(id).error();
        if (site != nullptr) {
            std::vector<std::string> names;
            for (const NamedValue& named : site->named) names.push_back(named.name);
            error.message += "; site " + site->name + " has " + joined(names, ", ");
        }
        return fail(std::move(error));
    }

    std::vector<std::int64_t> index;
    if (bracket != std::string_view::npos) {
        ATTN_TRY(index, parseIndex(target.substr(bracket + 1, target.size() - bracket - 2), text));
    }
    Edits changed = edits;
    changed.set(graph.value(*id).name, index, *number);
    ATTN_CHECK(checkEdits(changed, graph));
    edits = std::move(changed);
    return {};
}

Status parseMask(std::string_view text, const Graph& graph, const Site& site, Edits& edits) {
    if (!site.mask) return fail(ErrorCode::InvalidInput, "site " + site.name + " has no mask to edit");
    const Value& mask = graph.value(*site.mask);
    const std::int64_t timesteps = mask.shape.back();
    Edits changed = edits;
    for (const std::string& part : split(text, ',')) {
        const auto dash = part.find('-');
        const auto first = parseNumber<std::int64_t>(std::string_view(part).substr(0, dash));
        const auto last = dash == std::string::npos ? first : parseNumber<std::int64_t>(part.substr(dash + 1));
        if (!first || !last || *first > *last)
            return fail(ErrorCode::InvalidInput,
                        "mask '" + std::string(text) + "': '" + part + "' found, timesteps such as 0,1,5-9 expected");
        if (*last >= timesteps)
            return fail(ErrorCode::InvalidInput, "mask '" + std::string(text) + "': timestep " + std::to_string(*last) +
                                                     " found, the last one is " + std::to_string(timesteps - 1));
        for (std::int64_t timestep = *first; timestep <= *last; ++timestep) changed.set(mask.name, {timestep}, 0.0F);
    }
    edits = std::move(changed);
    return {};
}

}  // namespace attnscope
