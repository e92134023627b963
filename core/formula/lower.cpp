#include "formula/lower.h"

#include "base/text.h"
#include "formula/check.h"
#include "formula/indices.h"
#include "formula/lower_expression.h"
#include "formula/message.h"

#include <algorithm>

namespace attnscope {

namespace {

// An input of this name says which timesteps count.
constexpr std::string_view maskName = "mask";

std::string placeOf(const Formula& formula, Position position) {
    return formula.name() + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

template <typename Declarations>
std::vector<std::string> namesOf(const Declarations& declarations) {
    std::vector<std::string> names;
    for (const auto& declaration : declarations) names.push_back(declaration.name);
    return names;
}

class FormulaLowering {
public:
    FormulaLowering(GraphBuilder& graph, const Formula& formula, const FormulaBinding& binding)
        : m_graph(graph), m_formula(formula), m_binding(binding) {}

    Result<ValueId> run() {
        ATTN_CHECK(checkNames());
        ATTN_CHECK(bindExtents());
        ATTN_CHECK(addInputs());
        ATTN_CHECK(addMask());
        addConstants();
        for (const Statement& statement : m_formula.statements()) ATTN_CHECK(addStatement(statement));
        return addSite();
    }

private:
    Status checkNames() {
        ATTN_CHECK(checkKnown("input", m_binding.inputs, namesOf(m_formula.inputs())));
        ATTN_CHECK(checkKnown("weight", m_binding.weights, namesOf(m_formula.weights())));
        ATTN_CHECK(checkKnown("parameter", m_binding.parameters, namesOf(m_formula.parameters())));
        for (const Declaration& input : m_formula.inputs()) {
            if (input.name != maskName && !m_binding.inputs.contains(input.name))
                return fail(ErrorCode::InvalidInput,
                            "input " + input.name + " of formula " + m_formula.name() + " is missing");
        }
        for (const Declaration& weight : m_formula.weights()) {
            if (m_binding.weights.contains(weight.name)) continue;
            if (!weight.optional)
                return fail(ErrorCode::InvalidInput,
                            "weight " + weight.name + " of formula " + m_formula.name() + " is missing");
            m_absent.insert(weight.name);
        }
        return {};
    }

    template <typename Given>
    Status checkKnown(const std::string& kind, const Given& given, const std::vector<std::string>& names) const {
        for (const auto& [name, unused] : given) {
            if (!contains(names, name))
                return fail(ErrorCode::InvalidInput, "formula " + m_formula.name() + " has no " + kind + " '" + name +
                                                         "'" + suggestion(name, names));
        }
        return {};
    }

    Status bindExtents() {
        for (const Declaration& input : m_formula.inputs()) {
            const auto given = m_binding.inputs.find(input.name);
            if (given == m_binding.inputs.end()) continue;
            Axes axes = input.indices;
            axes.insert(axes.begin(), batchAxis);
            ATTN_CHECK(bindShape("input", input, axes, m_graph.shape(given->second)));
        }
        for (const Declaration& weight : m_formula.weights()) {
            if (m_absent.contains(weight.name)) continue;
            ATTN_CHECK(bindShape("weight", weight, weight.indices, m_binding.weights.at(weight.name)->shape()));
        }
        if (mask() != nullptr) {
            for (const std::string& index : mask()->indices) {
                if (!m_extents.knows(index))
                    return fail(ErrorCode::InvalidInput,
                                "the mask is missing, and no other input or weight says how far its "
                                "index " +
                                    index + " runs");
            }
        }
        return m_extents.bindUses(m_formula, m_absent);
    }

    Status bindShape(const std::string& kind, const Declaration& declaration, const Axes& axes, const Shape& shape) {
        if (shape.rank() != axes.size()) {
            std::vector<std::string> expected;
            for (const std::string& axis : axes) {
                const std::string letter = axis == batchAxis ? "batch" : axis;
                expected.push_back(m_extents.knows(axis) ? std::to_string(m_extents[axis]) : letter);
            }
            return fail(ErrorCode::Shape, kind + " " + declaration.name + " has shape " + shape.text() +
                                              ", expected (" + joined(expected, ", ") + ") for the indices [" +
                                              joined(declaration.indices, ",") + "] of formula " + m_formula.name());
        }
        for (std::size_t i = 0; i < axes.size(); ++i)
            ATTN_CHECK(m_extents.bind(axes[i], shape[i], declaration.name, placeOf(m_formula, declaration.position)));
        return {};
    }

    [[nodiscard]] const Declaration* mask() const {
        const auto found = std::ranges::find(m_formula.inputs(), maskName, &Declaration::name);
        return found == m_formula.inputs().end() ? nullptr : &*found;
    }

    Status addInputs() {
        for (const Declaration& input : m_formula.inputs()) {
            if (input.name != maskName) ATTN_CHECK(addInput(input, ValueRole::Input));
        }
        return {};
    }

    Status addInput(const Declaration& input, ValueRole role) {
        ATTN_TRY(const ValueId value, m_graph.add(std::make_shared<Unary>(UnaryKind::Identity),
                                                  {m_binding.inputs.at(input.name)}, input.name));
        add(input.name, value, input.indices, true, role);
        return {};
    }

    /// The formula's own mask, or one for what-ifs.
    Status addMask() {
        if (mask() != nullptr) {
            if (m_binding.inputs.contains(mask()->name)) {
                ATTN_CHECK(addInput(*mask(), ValueRole::Mask));
            } else {
                addOnes(mask()->indices);
            }
        } else if (takesWhatIfMask()) {
            addOnes({m_formula.site().normalisedIndex});
            m_site.maskIsWhatIf = true;
        }
        if (const auto found = m_names.find(std::string(maskName)); found != m_names.end())
            m_site.mask = found->second.value;
        return {};
    }

    void addOnes(const Axes& indices) {
        Axes axes = indices;
        axes.insert(axes.begin(), batchAxis);
        const ValueId value = m_graph.batchedConstant(maskName, share(Tensor(m_extents.shape(axes), 1.0F)));
        add(std::string(maskName), value, indices, true, ValueRole::Mask);
    }

    /// Timesteps can leave a softmax whose index runs over the site's values.
    [[nodiscard]] bool takesWhatIfMask() const {
        const SiteDeclaration& site = m_formula.site();
        const auto isNamedMask = [](const auto& declared) { return declared.name == maskName; };
        const bool nameIsFree = std::ranges::none_of(m_formula.weights(), isNamedMask) &&
                                std::ranges::none_of(m_formula.parameters(), isNamedMask) &&
                                std::ranges::none_of(m_formula.statements(), isNamedMask);
        const Statement& weights = *std::ranges::find(m_formula.statements(), site.weights, &Statement::name);
        return nameIsFree && outermostSoftmax(*weights.expression) != nullptr &&
               hasIndex(m_formula, site.values, site.normalisedIndex);
    }

    void addConstants() {
        for (const Declaration& weight : m_formula.weights()) {
            if (m_absent.contains(weight.name)) continue;
            const ValueId value = m_graph.constant(weight.name, m_binding.weights.at(weight.name));
            add(weight.name, value, weight.indices, false, ValueRole::Weight);
        }
        for (const ParameterDeclaration& parameter : m_formula.parameters()) {
            const auto given = m_binding.parameters.find(parameter.name);
            const float number = given == m_binding.parameters.end() ? parameter.value : given->second;
            add(parameter.name, m_graph.scalar(parameter.name, number), {}, false, ValueRole::Parameter);
        }
    }

    Status addStatement(const Statement& statement) {
        const SiteDeclaration& site = m_formula.site();
        const ExpressionPtr expression = withoutAbsent(statement.expression, m_absent);
        ExpressionLowering lowering(m_graph, m_extents, m_names, statement);
        if (statement.name == site.weights && m_site.maskIsWhatIf)
            lowering.maskSoftmax(m_names.at(std::string(maskName)));
        ATTN_TRY(const Term term, lowering.lower(*expression));
        ValueRole role = ValueRole::Step;
        if (statement.name == site.score) role = ValueRole::Score;
        if (statement.name == site.values) role = ValueRole::Values;
        if (statement.name == site.weights) role = ValueRole::Weights;
        if (statement.name == site.output) role = ValueRole::Output;
        add(statement.name, *term.value, statement.indices, contains(term.axes, batchAxis), role);
        return {};
    }

    void add(const std::string& name, ValueId value, const Axes& indices, bool isBatched, ValueRole role) {
        Axes axes = indices;
        if (isBatched) axes.insert(axes.begin(), batchAxis);
        m_names.emplace(name, Term::existing(value, std::move(axes)));
        m_site.named.push_back({name, value, indices, role});
    }

    Result<ValueId> addSite() {
        const SiteDeclaration& site = m_formula.site();
        m_site.name = m_binding.siteName;
        m_site.layer = m_graph.layer();
        m_site.className = m_binding.className;
        m_site.formula = m_formula.name();
        m_site.score = *m_names.at(site.score).value;
        m_site.weights = *m_names.at(site.weights).value;
        m_site.values = *m_names.at(site.values).value;
        m_site.output = *m_names.at(site.output).value;
        m_site.timeAxis = site.normalisedIndex;
        const ValueId output = m_site.output;
        m_graph.site(std::move(m_site));
        return output;
    }

    GraphBuilder& m_graph;
    const Formula& m_formula;
    const FormulaBinding& m_binding;
    Extents m_extents;
    std::set<std::string> m_absent;
    std::map<std::string, Term> m_names;  ///< with the batch axis
    Site m_site;
};

}  // namespace

Result<ValueId> lowerFormula(GraphBuilder& graph, const Formula& formula, const FormulaBinding& binding) {
    Result<ValueId> output = FormulaLowering(graph, formula, binding).run();
    if (output) return output;
    Error error = std::move(output).error();
    // The graph's own errors name the layer already.
    if (error.context.empty() && !graph.layer().empty()) error = std::move(error).within("layer " + graph.layer());
    return fail(std::move(error));
}

}  // namespace attnscope
