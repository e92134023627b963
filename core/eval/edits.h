#pragma once

#include "base/result.h"
#include "graph/graph.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// How one value of a graph is set by hand.
struct ValueEdit {
    /// Index (without the batch axis) → number, applied to every sequence of the batch. An index shorter than the value's
    /// rank stands for everything below it: {3} is row 3, {} is the whole value.
    std::map<std::vector<std::int64_t>, float> elements;
    /// The attention weights spread evenly over the timesteps that the site's mask lets through.
    bool uniform = false;

    bool operator==(const ValueEdit&) const = default;
};

/// What is set by hand, by the values' names ("attention/mask"). A plain value: copying it is how undo works.
class Edits {
public:
    /// Sets an element, a row or the whole value; takes the place of earlier edits of elements below `index`.
    void set(const std::string& value, const std::vector<std::int64_t>& index, float number);
    /// Takes one `set` of exactly this index back.
    void unset(const std::string& value, const std::vector<std::int64_t>& index);
    /// Pins a site's attention weights to uniform, or lets them go.
    void pinUniform(const std::string& weights, bool pinned);
    void clear() { m_values.clear(); }
    void clear(const std::string& value) { m_values.erase(value); }

    [[nodiscard]] bool empty() const { return m_values.empty(); }
    /// How many things are set: elements, rows and pins.
    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] const std::map<std::string, ValueEdit, std::less<>>& values() const { return m_values; }
    [[nodiscard]] const ValueEdit* find(std::string_view value) const;

    bool operator==(const Edits&) const = default;

private:
    std::map<std::string, ValueEdit, std::less<>> m_values;
};

/// Checks that every edited value exists in the graph, every index lies within its shape and every pin is on a site's
/// weights. Errors: code NotFound or InvalidInput, naming the edit.
[[nodiscard]] Status checkEdits(const Edits& edits, const Graph& graph);

/// Reads `VALUE[INDEX]=NUMBER`, e.g. `attention/W[3]=0.5`, `b[12]=0`, `epsilon=1e-3`, `W[2,*]=0`. A short name is looked up
/// in `site` (may be nullptr). Errors say what was expected and where.
[[nodiscard]] Status parseSet(std::string_view text, const Graph& graph, const Site* site, Edits& edits);

/// Reads `0,1,5-9` and masks those timesteps of the site. Errors: not a list of timesteps, beyond the sequence, a site
/// that has no mask.
[[nodiscard]] Status parseMask(std::string_view text, const Graph& graph, const Site& site, Edits& edits);

}  // namespace attnscope
