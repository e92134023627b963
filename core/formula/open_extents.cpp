#include "formula/open_extents.h"

#include "formula/indices.h"
#include "formula/print.h"

#include <algorithm>

namespace attnscope {

namespace {

/// A fixed index, as in x[0,f], says nothing about how far an axis runs.
bool isLetter(const std::string& index) {
    return index.find_first_of("0123456789-") != 0;
}

class ExtentFinder {
public:
    ExtentFinder(const Formula& formula, const std::map<std::string, Shape>& inputs,
                 const std::map<std::string, std::int64_t>& wanted, std::int64_t fallback)
        : m_formula(formula), m_inputs(inputs), m_wanted(wanted), m_fallback(fallback) {}

    Result<OpenExtents> run() {
        joinUses();
        ATTN_CHECK(readInputs());
        ATTN_CHECK(readProducts());
        OpenExtents extents;
        for (const Declaration& weight : m_formula.weights()) {
            for (const std::string& letter : weight.indices) extents.known[letter] = sizeOf(letter);
        }
        extents.open = std::move(m_open);
        return extents;
    }

private:
    // Letters that run equally far are a group: each letter points to another one of it, the last to itself.
    const std::string& groupOf(const std::string& letter) {
        const auto [found, isNew] = m_next.try_emplace(letter, letter);
        return isNew || found->second == letter ? found->first : groupOf(found->second);
    }

    void joinUses() {
        std::map<std::string, std::vector<std::string>> declared;
        for (const Declaration& input : m_formula.inputs()) declared[input.name] = input.indices;
        for (const Declaration& weight : m_formula.weights()) declared[weight.name] = weight.indices;
        for (const Statement& statement : m_formula.statements()) {
            walk(*statement.expression, [&](const Expression& node) {
                const auto* reference = std::get_if<ReferenceExpression>(&node.node);
                if (reference == nullptr) return;
                const std::vector<std::string>& letters = declared[reference->name];
                for (std::size_t axis = 0; axis < std::min(letters.size(), reference->indices.size()); ++axis) {
                    if (isLetter(reference->indices[axis]))
                        m_next[groupOf(reference->indices[axis])] = groupOf(letters[axis]);
                }
            });
            declared[statement.name] = statement.indices;
        }
    }

    Status bind(const std::string& letter, std::int64_t size) {
        const auto [known, isNew] = m_sizes.try_emplace(groupOf(letter), size);
        if (isNew || known->second == size) return {};
        return fail(ErrorCode::Shape, "index " + letter + " of formula " + m_formula.name() + " would be " +
                                          std::to_string(known->second) + " and " + std::to_string(size));
    }

    Status readInputs() {
        for (const Declaration& input : m_formula.inputs()) {
            const auto given = m_inputs.find(input.name);
            if (given == m_inputs.end()) continue;
            if (given->second.rank() != input.axes.size())
                return fail(ErrorCode::Shape, "input " + input.name + " of formula " + m_formula.name() + " is " +
                                                  printAxes(input.axes) + ", shape " + given->second.text() + " found");
            for (std::size_t axis = 0; axis < input.axes.size(); ++axis) {
                if (input.axes[axis].size() == 1) ATTN_CHECK(bind(input.axes[axis].front(), given->second[axis]));
            }
        }
        return {};
    }

    /// Axes of several letters: the last one runs as far as the others leave.
    Status readProducts() {
        for (const Declaration& input : m_formula.inputs()) {
            const auto given = m_inputs.find(input.name);
            for (std::size_t axis = 0; given != m_inputs.end() && axis < input.axes.size(); ++axis) {
                const std::vector<std::string>& letters = input.axes[axis];
                if (letters.size() < 2) continue;
                std::int64_t rest = given->second[axis];
                for (std::size_t place = 0; place + 1 < letters.size(); ++place) {
                    const std::int64_t size = std::max<std::int64_t>(1, sizeOf(letters[place], 1));
                    if (rest % size != 0)
                        return fail(ErrorCode::Shape,
                                    "index " + letters[place] + " of formula " + m_formula.name() + " runs over " +
                                        std::to_string(size) + ", which does not divide the " +
                                        std::to_string(given->second[axis]) + " of input " + input.name);
                    rest /= size;
                }
                ATTN_CHECK(bind(letters.back(), rest));
            }
        }
        return {};
    }

    /// The letter's extent; one that nothing says is open from now on.
    std::int64_t sizeOf(const std::string& letter) { return sizeOf(letter, m_fallback); }
    std::int64_t sizeOf(const std::string& letter, std::int64_t otherwise) {
        if (const auto known = m_sizes.find(groupOf(letter)); known != m_sizes.end()) return known->second;
        m_open.push_back(letter);
        const auto wanted = m_wanted.find(letter);
        const auto& indices = m_formula.indices();
        const auto declared = std::ranges::find(indices, letter, &IndexDeclaration::index);
        std::int64_t size = otherwise;
        if (declared != indices.end() && declared->extent) size = *declared->extent;
        if (wanted != m_wanted.end()) size = wanted->second;
        m_sizes[groupOf(letter)] = size;
        return size;
    }

    const Formula& m_formula;
    const std::map<std::string, Shape>& m_inputs;
    const std::map<std::string, std::int64_t>& m_wanted;
    std::int64_t m_fallback;
    std::map<std::string, std::string> m_next;
    std::map<std::string, std::int64_t> m_sizes;  ///< by group
    std::vector<std::string> m_open;
};

}  // namespace

Result<OpenExtents> openExtents(const Formula& formula, const std::map<std::string, Shape>& inputs,
                                const std::map<std::string, std::int64_t>& wanted, std::int64_t fallback) {
    return ExtentFinder(formula, inputs, wanted, fallback).run();
}

}  // namespace attnscope
