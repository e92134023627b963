#include "formula/check.h"

#include "base/text.h"
#include "formula/check_extents.h"
#include "formula/functions.h"
#include "formula/indices.h"
#include "formula/message.h"

#include <algorithm>
#include <map>

namespace attnscope {

namespace {

std::string quoted(const std::string& name) {
    return "'" + name + "'";
}

std::string lineOf(Position position) {
    return "line " + std::to_string(position.line);
}

/// `e[t]`
std::string written(const std::string& name, const std::vector<std::string>& indices) {
    return indices.empty() ? name : name + "[" + joined(indices, ",") + "]";
}

struct Known {
    enum class Kind { Weight, Input, Parameter, Function, Statement };
    Kind kind = Kind::Statement;
    std::vector<std::string> indices;
    Position position;
    bool optional = false;
    bool used = false;
    bool dependsOnInput = false;
};

class Checker {
public:
    explicit Checker(const Formula& formula) : m_formula(formula) {}

    Status run() {
        ATTN_CHECK(collect());
        for (const Statement& statement : m_formula.statements()) ATTN_CHECK(check(statement));
        ATTN_CHECK(checkUsed());
        ATTN_CHECK(checkExtents(m_formula));
        ATTN_CHECK(checkSite());
        for (const OutputDeclaration& output : m_formula.outputs()) ATTN_CHECK(checkOutput(output));
        return {};
    }

private:
    [[nodiscard]] tl::unexpected<Error> failHere(Position position, const std::string& message) const {
        return failAt(m_formula.name(), position, message);
    }

    Status collect() {
        for (const Declaration& input : m_formula.inputs())
            ATTN_CHECK(add(input.name, {Known::Kind::Input, input.indices, input.position, false, false, true}));
        for (const Declaration& weight : m_formula.weights())
            ATTN_CHECK(add(weight.name,
                           {Known::Kind::Weight, weight.indices, weight.position, weight.optional, false, false}));
        for (const ParameterDeclaration& parameter : m_formula.parameters())
            ATTN_CHECK(add(parameter.name, {Known::Kind::Parameter, {}, parameter.position, false, false, false}));
        for (const Statement& statement : m_formula.statements())
            ATTN_CHECK(add(statement.name,
                           {Known::Kind::Statement, statement.indices, statement.position, false, false, false}));
        for (const FunctionDeclaration& function : m_formula.functions())
            ATTN_CHECK(add(function.name, {Known::Kind::Function, {}, function.position, false, false, false}));
        for (const auto& [name, known] : m_known) {
            if (known.optional) m_optional.insert(name);
        }
        return {};
    }

    Status add(const std::string& name, Known known) {
        const auto [place, isNew] = m_known.try_emplace(name, known);
        if (isNew) return {};
        const auto [first, second] = std::minmax(place->second.position, known.position);
        return failHere(second,
                        quoted(name) + " is given already on " + lineOf(first) + "; expected a name of its own");
    }

    Status check(const Statement& statement) {
        m_statement = &statement;
        m_afterDropping = false;
        ATTN_CHECK(checkExpression(*statement.expression, statement.indices));
        ATTN_CHECK(checkVanishing(statement.expression, true));
        ATTN_CHECK(checkLeftSide(*statement.expression));
        // Once more as it is for a layer that has none of the optional weights.
        m_afterDropping = true;
        const ExpressionPtr rest = withoutAbsent(statement.expression, m_optional);
        ATTN_CHECK(checkExpression(*rest, statement.indices));
        ATTN_CHECK(checkLeftSide(*rest));
        Known& self = m_known.at(statement.name);
        walk(*statement.expression, [&](const Expression& node) {
            const auto* reference = std::get_if<ReferenceExpression>(&node.node);
            if (reference != nullptr && m_known.at(reference->name).dependsOnInput) self.dependsOnInput = true;
        });
        return {};
    }

    [[nodiscard]] std::string whenDropped() const {
        return m_afterDropping ? " when the layer has no optional weights" : "";
    }

    Status checkLeftSide(const Expression& expression) const {
        const std::vector<std::string> missing = without(m_statement->indices, freeIndices(expression));
        if (missing.empty()) return {};
        return failHere(m_statement->position, "index " + quoted(missing.front()) +
                                                   " stands on the left, but nothing on "
                                                   "the right has it" +
                                                   whenDropped());
    }

    Status checkExpression(const Expression& expression, const std::vector<std::string>& scope) {
        if (const auto* reference = std::get_if<ReferenceExpression>(&expression.node))
            return checkReference(*reference, expression.position, scope);
        if (const auto* call = std::get_if<CallExpression>(&expression.node)) {
            if (const auto own = m_known.find(call->function); own != m_known.end()) own->second.used = true;
            return checkExpression(*call->argument, scope);
        }
        if (const auto* binary = std::get_if<BinaryExpression>(&expression.node)) {
            ATTN_CHECK(checkExpression(*binary->left, scope));
            return checkExpression(*binary->right, scope);
        }
        if (const auto* reduction = std::get_if<ReductionExpression>(&expression.node))
            return checkReduction(*reduction, scope);
        const auto* index = std::get_if<IndexExpression>(&expression.node);
        if (index != nullptr && index->function == IndexFunction::Position)
            return checkIndices({index->index}, {index->indexPosition}, scope);
        return {};
    }

    Status checkReduction(const ReductionExpression& reduction, const std::vector<std::string>& scope) {
        const bool keepsIndices = reduction.kind == ReductionKind::Softmax;
        if (keepsIndices) ATTN_CHECK(checkIndices(reduction.indices, reduction.indexPositions, scope));
        ATTN_CHECK(
            checkExpression(*reduction.argument, keepsIndices ? scope : joinedIndices(scope, reduction.indices)));
        const std::vector<std::string> inside = freeIndices(*reduction.argument);
        for (std::size_t i = 0; i < reduction.indices.size(); ++i) {
            if (contains(inside, reduction.indices[i])) continue;
            return failHere(reduction.indexPositions[i],
                            "nothing behind the colon has index " + quoted(reduction.indices[i]) + whenDropped());
        }
        return {};
    }

    Status checkIndices(const std::vector<std::string>& indices, const std::vector<Position>& positions,
                        const std::vector<std::string>& scope) const {
        for (std::size_t i = 0; i < indices.size(); ++i) {
            if (isFixed(indices[i]) || contains(scope, indices[i])) continue;
            const std::vector<std::string>& left = m_statement->indices;
            const std::string has = left.empty() ? "no index" : joined(left, ", ");
            return failHere(positions[i], "unknown index " + quoted(indices[i]) + ": the left side has " + has +
                                              ", and no reduction around it names " + indices[i]);
        }
        return {};
    }

    Status checkReference(const ReferenceExpression& reference, Position position,
                          const std::vector<std::string>& scope) {
        const auto found = m_known.find(reference.name);
        if (found == m_known.end())
            return failHere(position,
                            "unknown name " + quoted(reference.name) + suggestion(reference.name, namesBefore()));
        Known& known = found->second;
        if (known.position == m_statement->position)
            return failHere(
                position, quoted(reference.name) + " stands on both sides; a value is given by others, on lines above");
        if (known.position > m_statement->position)
            return failHere(position,
                            quoted(reference.name) + " is used before it is given on " + lineOf(known.position));
        known.used = true;
        const std::size_t expected = known.indices.size();
        if (reference.indices.size() != expected) {
            const std::string count = std::to_string(expected) + (expected == 1 ? " index" : " indices");
            return failHere(position, quoted(reference.name) + " has " + count + ", found " +
                                          std::to_string(reference.indices.size()) + "; expected " +
                                          written(reference.name, known.indices));
        }
        return checkIndices(reference.indices, reference.indexPositions, scope);
    }

    [[nodiscard]] std::vector<std::string> namesBefore() const {
        std::vector<std::string> names;
        for (const auto& [name, known] : m_known) {
            if (known.position < m_statement->position) names.push_back(name);
        }
        return names;
    }

    /// An optional weight has to be a term or a factor beside something that stays. `mustStay` says that this place
    /// does.
    Status checkVanishing(const ExpressionPtr& expression, bool mustStay) const {
        if (const auto* binary = std::get_if<BinaryExpression>(&expression->node)) {
            const bool sheds = binary->op == "+" || binary->op == "*";
            ATTN_CHECK(checkVanishing(binary->left, !sheds));
            ATTN_CHECK(checkVanishing(binary->right, !sheds));
        } else if (const auto* call = std::get_if<CallExpression>(&expression->node)) {
            ATTN_CHECK(checkVanishing(call->argument, true));
        } else if (const auto* reduction = std::get_if<ReductionExpression>(&expression->node)) {
            ATTN_CHECK(checkVanishing(reduction->argument, true));
        }
        if (!mustStay || withoutAbsent(expression, m_optional)) return {};
        std::optional<Position> position;
        std::string name;
        walk(*expression, [&](const Expression& node) {
            const auto* reference = std::get_if<ReferenceExpression>(&node.node);
            if (position || reference == nullptr || !m_optional.contains(reference->name)) return;
            position = node.position;
            name = reference->name;
        });
        return failHere(*position,
                        "the optional weight " + quoted(name) +
                            " may be absent; expected it as a term of a sum (+) or a factor of a product (*) "
                            "beside something that is not optional");
    }

    Status checkUsed() const {
        std::vector<std::pair<Position, std::string>> unused;
        for (const auto& [name, known] : m_known) {
            if (known.used) continue;
            if (known.kind == Known::Kind::Weight) unused.emplace_back(known.position, "weight " + quoted(name));
            if (known.kind == Known::Kind::Parameter) unused.emplace_back(known.position, "parameter " + quoted(name));
            if (known.kind == Known::Kind::Function) unused.emplace_back(known.position, "function " + quoted(name));
        }
        if (unused.empty()) return {};
        const auto& first = *std::ranges::min_element(unused);
        return failHere(first.first, "the " + first.second + " is never used");
    }

    Status checkSite() const {
        const SiteDeclaration& site = m_formula.site();
        const std::vector<std::pair<std::string, const std::string*>> parts = {
            {"score", &site.score}, {"weights", &site.weights}, {"values", &site.values}, {"output", &site.output}};
        for (const auto& [part, name] : parts) {
            const auto found = m_known.find(*name);
            if (found == m_known.end())
                return failHere(site.position, "the site's " + part + " is the unknown name " + quoted(*name) +
                                                   suggestion(*name, siteCandidates(part)));
            const Known& known = found->second;
            const bool fits =
                known.kind == Known::Kind::Statement || (part == "values" && known.kind == Known::Kind::Input);
            if (!fits)
                return failHere(site.position, "the site's " + part + " " + quoted(*name) +
                                                   " is not the left side of a line" +
                                                   (part == "values" ? " or an input" : ""));
            if (!known.dependsOnInput)
                return failHere(site.position, "the site's " + part + " " + quoted(*name) + " depends on no input");
        }
        if (normalisedIndex(m_formula)) return {};
        return failHere(site.position,
                        "no single index that the weights " + written(site.weights, m_known.at(site.weights).indices) +
                            " are normalised over; expected a softmax over one index, or an index that the output " +
                            written(site.output, m_known.at(site.output).indices) + " does not have");
    }

    Status checkOutput(const OutputDeclaration& output) const {
        const auto found = m_known.find(output.name);
        if (found == m_known.end())
            return failHere(output.position,
                            "unknown name " + quoted(output.name) + suggestion(output.name, siteCandidates("values")));
        const Known& known = found->second;
        if (!known.dependsOnInput)
            return failHere(output.position, "the output " + quoted(output.name) + " depends on no input");
        std::vector<std::string> given;
        for (const std::vector<std::string>& axis : output.axes) given = joinedIndices(std::move(given), axis);
        const bool fits = without(given, known.indices).empty() && without(known.indices, given).empty();
        if (!output.axes.empty() && !fits)
            return failHere(output.position, "the output " + quoted(output.name) +
                                                 " has other indices; expected those of " +
                                                 written(output.name, known.indices));
        const std::vector<std::string> masks = maskNames(m_formula);
        if (output.mask.empty() || contains(masks, output.mask)) return {};
        return failHere(output.position, "unknown mask " + quoted(output.mask) + suggestion(output.mask, masks));
    }

    [[nodiscard]] std::vector<std::string> siteCandidates(const std::string& part) const {
        std::vector<std::string> names;
        for (const auto& [name, known] : m_known) {
            if (known.kind == Known::Kind::Statement || (part == "values" && known.kind == Known::Kind::Input))
                names.push_back(name);
        }
        return names;
    }

    const Formula& m_formula;
    std::map<std::string, Known> m_known;
    std::set<std::string> m_optional;
    const Statement* m_statement = nullptr;
    bool m_afterDropping = false;
};

const Statement& statementNamed(const Formula& formula, const std::string& name) {
    return *std::ranges::find(formula.statements(), name, &Statement::name);
}

}  // namespace

Status checkFormula(const Formula& formula) {
    return Checker(formula).run();
}

std::optional<std::string> normalisedIndex(const Formula& formula) {
    const SiteDeclaration& site = formula.site();
    const Statement& weights = statementNamed(formula, site.weights);
    if (const auto* softmax = outermostSoftmax(*weights.expression)) return softmax->indices.front();

    const std::vector<std::string> gone = without(weights.indices, statementNamed(formula, site.output).indices);
    if (gone.size() == 1) return gone.front();

    std::vector<std::string> candidates;
    if (gone.empty()) {
        walk(*weights.expression, [&](const Expression& node) {
            const auto* reduction = std::get_if<ReductionExpression>(&node.node);
            if (reduction != nullptr)
                candidates = joinedIndices(candidates, common(reduction->indices, weights.indices));
        });
    } else {
        std::ranges::copy_if(gone, std::back_inserter(candidates),
                             [&](const std::string& index) { return hasIndex(formula, site.values, index); });
    }
    if (candidates.size() != 1) return std::nullopt;
    return candidates.front();
}

std::vector<std::string> maskNames(const Formula& formula) {
    std::vector<std::string> names{"mask"};
    for (const Declaration& input : formula.inputs()) {
        if (!contains(names, input.name)) names.push_back(input.name + "_mask");
    }
    return names;
}

bool hasIndex(const Formula& formula, std::string_view value, std::string_view index) {
    bool found = false;
    const auto look = [&](const auto& declared) {
        found = found || (declared.name == value && contains(declared.indices, index));
    };
    std::ranges::for_each(formula.inputs(), look);
    std::ranges::for_each(formula.statements(), look);
    for (const Statement& statement : formula.statements()) {
        walk(*statement.expression, [&](const Expression& node) {
            if (const auto* reference = std::get_if<ReferenceExpression>(&node.node)) look(*reference);
        });
    }
    return found;
}

}  // namespace attnscope
