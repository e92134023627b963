#include "formula/check_extents.h"

#include "formula/indices.h"
#include "formula/message.h"

#include <algorithm>
#include <map>
#include <set>

namespace attnscope {

namespace {

using Letters = std::set<std::string>;

/// Calls `visit` for every input, and every weight that each layer has.
template <typename Visit>
void forGiven(const Formula& formula, const Visit& visit) {
    for (const Declaration& input : formula.inputs()) visit(input);
    for (const Declaration& weight : formula.weights()) {
        if (!weight.optional) visit(weight);
    }
}

/// The letters of an axis that are not known yet.
std::size_t unknown(const std::vector<std::string>& axis, const Letters& known) {
    return static_cast<std::size_t>(
        std::ranges::count_if(axis, [&](const std::string& letter) { return !known.contains(letter); }));
}

/// Every letter whose extent the layer's shapes and the index lines give.
Letters knownLetters(const Formula& formula) {
    Letters known;
    for (const IndexDeclaration& index : formula.indices()) known.insert(index.index);
    // What one axis gives can make another one known.
    for (std::size_t before = known.size() + 1; before != known.size();) {
        before = known.size();
        forGiven(formula, [&](const Declaration& declaration) {
            for (const std::vector<std::string>& axis : declaration.axes) {
                if (unknown(axis, known) <= 1) known.insert(axis.begin(), axis.end());
            }
        });
    }
    return known;
}

Status checkAxes(const Formula& formula, const Declaration& declaration, const Letters& known) {
    for (const std::vector<std::string>& axis : declaration.axes) {
        if (axis.size() < 2 || unknown(axis, known) <= 1) continue;
        return failAt(formula.name(), declaration.position,
                      "how far the indices of an axis of '" + declaration.name +
                          "' run is not known; expected a line as in index " + axis.front() + " as \"heads\"");
    }
    return {};
}

/// Follows the uses of values as Extents::bindUses does: an index has the extent of what it runs over.
class Uses {
public:
    Uses(const Formula& formula, Letters known) : m_formula(formula), m_known(std::move(known)) {
        forGiven(formula, [&](const Declaration& declaration) { m_declared[declaration.name] = declaration.indices; });
        for (const Statement& statement : formula.statements()) m_declared[statement.name] = statement.indices;
        for (std::size_t before = m_known.size() + 1; before != m_known.size();) {
            before = m_known.size();
            for (const Statement& statement : formula.statements()) add(*statement.expression);
        }
    }

    /// Proves that every index whose position or size is asked for is known.
    [[nodiscard]] Status check() const {
        Status status;
        for (const Statement& statement : m_formula.statements()) {
            walk(*statement.expression, [&](const Expression& node) {
                const auto* index = std::get_if<IndexExpression>(&node.node);
                if (!status || index == nullptr || m_known.contains(index->index)) return;
                status =
                    failAt(m_formula.name(), index->indexPosition,
                           "how far index '" + index->index + "' runs is not known; expected one that a value has");
            });
        }
        return status;
    }

    [[nodiscard]] bool uses(const std::string& letter) const { return m_used.contains(letter); }

private:
    void add(const Expression& expression) {
        walk(expression, [&](const Expression& node) {
            if (const auto* index = std::get_if<IndexExpression>(&node.node)) m_used.insert(index->index);
            const auto* reference = std::get_if<ReferenceExpression>(&node.node);
            if (reference == nullptr) return;
            const auto declared = m_declared.find(reference->name);
            if (declared == m_declared.end()) return;  // an optional weight, or a parameter
            for (std::size_t i = 0; i < reference->indices.size(); ++i) {
                if (isFixed(reference->indices[i])) continue;
                m_used.insert(reference->indices[i]);
                if (m_known.contains(declared->second[i])) m_known.insert(reference->indices[i]);
            }
        });
    }

    const Formula& m_formula;
    Letters m_known;
    Letters m_used;
    std::map<std::string, std::vector<std::string>> m_declared;
};

}  // namespace

Status checkExtents(const Formula& formula) {
    const Letters known = knownLetters(formula);
    for (const Declaration& input : formula.inputs()) ATTN_CHECK(checkAxes(formula, input, known));
    for (const Declaration& weight : formula.weights()) ATTN_CHECK(checkAxes(formula, weight, known));
    const Uses uses(formula, known);
    ATTN_CHECK(uses.check());
    for (const IndexDeclaration& index : formula.indices()) {
        const auto has = [&](const Declaration& declaration) { return contains(declaration.indices, index.index); };
        if (uses.uses(index.index) || std::ranges::any_of(formula.inputs(), has) ||
            std::ranges::any_of(formula.weights(), has))
            continue;
        return failAt(formula.name(), index.position, "the index '" + index.index + "' is never used");
    }
    return {};
}

}  // namespace attnscope
