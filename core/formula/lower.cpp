#include "formula/lower.h"

#include "base/text.h"
#include "formula/check.h"
#include "formula/functions.h"
#include "formula/indices.h"
#include "formula/lower_expression.h"
#include "graph/value_limit.h"
#include "ops/layout.h"

#include <algorithm>

namespace attnscope {

namespace {

// What the mask of a formula that has none is called.
constexpr std::string_view maskName = "mask";

Axes withBatch(Axes axes, bool batched) {
    if (batched) axes.insert(axes.begin(), batchAxis);
    return axes;
}

/// Whether every axis is one letter, so that a tensor is seen as it is.
bool isPlain(const TensorAxes& axes) {
    return std::ranges::all_of(axes, [](const std::vector<std::string>& axis) { return axis.size() == 1; });
}

class FormulaLowering {
public:
    FormulaLowering(GraphBuilder& graph, const Formula& formula, const FormulaBinding& binding, BoundFormula bound)
        : m_graph(graph), m_formula(formula), m_binding(binding), m_bound(std::move(bound)) {
        for (const FunctionDeclaration& function : formula.functions()) {
            const auto chosen = binding.functions.find(function.name);
            m_functions[function.name] = chosen != binding.functions.end()
                                             ? chosen->second
                                             : functionKind(function.function).value_or(UnaryKind::Identity);
        }
    }

    Result<std::vector<FormulaOutput>> run() {
        ATTN_CHECK(addInputs());
        ATTN_CHECK(addWhatIfMask());
        ATTN_CHECK(addConstants());
        for (const Statement& statement : m_formula.statements()) ATTN_CHECK(addStatement(statement));
        addSite();
        return addOutputs();
    }

private:
    /// Masks last.
    Status addInputs() {
        const std::vector<std::string> masks = maskNames(m_formula);
        for (const Declaration& input : m_formula.inputs()) {
            if (!contains(masks, input.name)) ATTN_CHECK(addInput(input, ValueRole::Input));
        }
        for (const Declaration& input : m_formula.inputs()) {
            if (!contains(masks, input.name)) continue;
            if (m_binding.inputs.contains(input.name)) {
                ATTN_CHECK(addInput(input, ValueRole::Mask));
            } else {
                ATTN_CHECK(addOnes(input.name, input.indices));
            }
            // With several masks, the site's is that of what is weighed.
            if (hasIndex(m_formula, input.name, m_formula.site().normalisedIndex))
                m_site.mask = m_names.at(input.name).value;
        }
        return {};
    }

    Status addInput(const Declaration& input, ValueRole role) {
        std::shared_ptr<const Operation> operation = std::make_shared<Unary>(UnaryKind::Identity);
        if (!isPlain(input.axes))
            operation = std::make_shared<Reshape>(m_bound.extents.shape(withBatch(input.indices, true)));
        ATTN_TRY(const ValueId value, m_graph.add(std::move(operation), {m_binding.inputs.at(input.name)}, input.name));
        add(input.name, value, input.indices, true, role);
        return {};
    }

    Status addOnes(const std::string& name, const Axes& indices) {
        const Shape shape = m_bound.extents.shape(withBatch(indices, true));
        ATTN_CHECK(expectReasonable(shape, mostMadeElements));
        add(name, m_graph.batchedConstant(name, share(Tensor(shape, 1.0F))), indices, true, ValueRole::Mask);
        return {};
    }

    /// Timesteps can leave a softmax whose index runs over the site's values.
    Status addWhatIfMask() {
        const SiteDeclaration& site = m_formula.site();
        const auto isNamedMask = [](const auto& declared) { return declared.name == maskName; };
        const bool nameIsFree = std::ranges::none_of(m_formula.inputs(), isNamedMask) &&
                                std::ranges::none_of(m_formula.weights(), isNamedMask) &&
                                std::ranges::none_of(m_formula.parameters(), isNamedMask) &&
                                std::ranges::none_of(m_formula.statements(), isNamedMask);
        const Statement& weights = *std::ranges::find(m_formula.statements(), site.weights, &Statement::name);
        if (m_site.mask || !nameIsFree || outermostSoftmax(*weights.expression) == nullptr ||
            !hasIndex(m_formula, site.values, site.normalisedIndex))
            return {};
        ATTN_CHECK(addOnes(std::string(maskName), {site.normalisedIndex}));
        m_site.mask = m_names.at(std::string(maskName)).value;
        m_site.maskIsWhatIf = true;
        return {};
    }

    Status addConstants() {
        for (const Declaration& weight : m_formula.weights()) {
            if (m_bound.absent.contains(weight.name)) continue;
            const ValueId value = m_graph.constant(weight.name, m_binding.weights.at(weight.name));
            ATTN_CHECK(addWeight(weight, value));
        }
        for (const ParameterDeclaration& parameter : m_formula.parameters()) {
            const auto given = m_binding.parameters.find(parameter.name);
            const float number = given == m_binding.parameters.end() ? parameter.value : given->second;
            add(parameter.name, m_graph.scalar(parameter.name, number), {}, false, ValueRole::Parameter);
        }
        return {};
    }

    /// A weight is shown and edited as the file has it, and used as the formula sees it.
    Status addWeight(const Declaration& weight, ValueId value) {
        if (isPlain(weight.axes)) {
            add(weight.name, value, weight.indices, false, ValueRole::Weight);
            return {};
        }
        std::vector<std::string> shown;
        for (const std::vector<std::string>& axis : weight.axes)
            shown.push_back(axis.empty() ? "1" : axis.size() == 1 ? axis.front() : "(" + joined(axis, ",") + ")");
        ATTN_TRY(const ValueId seen, m_graph.add(std::make_shared<Reshape>(m_bound.extents.shape(weight.indices)),
                                                 {value}, weight.name + ".reshape"));
        m_names.emplace(weight.name, Term::existing(seen, weight.indices));
        m_site.named.push_back({weight.name, value, std::move(shown), ValueRole::Weight});
        return {};
    }

    Status addStatement(const Statement& statement) {
        const SiteDeclaration& site = m_formula.site();
        const ExpressionPtr expression = withoutAbsent(statement.expression, m_bound.absent);
        ExpressionLowering lowering(m_graph, m_bound.extents, m_names, m_functions, statement);
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
        m_names.emplace(name, Term::existing(value, withBatch(indices, isBatched)));
        m_site.named.push_back({name, value, indices, role});
    }

    void addSite() {
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
        m_graph.site(std::move(m_site));
    }

    Result<std::vector<FormulaOutput>> addOutputs() {
        std::vector<FormulaOutput> outputs;
        for (const OutputDeclaration& output : m_formula.outputs()) {
            if (!output.flag.empty() && m_binding.flags.contains(output.flag) == output.unless) continue;
            ATTN_TRY(const ValueId value, given(output));
            outputs.push_back({value, output.mask});
        }
        if (outputs.empty())
            return fail(ErrorCode::InvalidInput,
                        "formula " + m_formula.name() + " gives no output with the layer's config");
        return outputs;
    }

    /// An output's value in the shape that the layer gives it.
    Result<ValueId> given(const OutputDeclaration& output) {
        const Term& term = m_names.at(output.name);
        if (output.axes.empty()) return *term.value;
        Axes order;
        std::vector<std::int64_t> extents{m_bound.extents[batchAxis]};
        for (const std::vector<std::string>& axis : output.axes) {
            order.insert(order.end(), axis.begin(), axis.end());
            extents.push_back(m_bound.extents.shape(axis).elements());
        }
        order = withBatch(std::move(order), true);
        ValueId value = *term.value;
        if (order != term.axes) {
            ATTN_TRY(value, m_graph.add(std::make_shared<Permute>(axisPlaces(term.axes, order)), {value},
                                        output.name + ".permute"));
        }
        if (isPlain(output.axes)) return value;
        return m_graph.add(std::make_shared<Reshape>(Shape(std::move(extents))), {value}, output.name + ".reshape");
    }

    GraphBuilder& m_graph;
    const Formula& m_formula;
    const FormulaBinding& m_binding;
    BoundFormula m_bound;
    std::map<std::string, UnaryKind> m_functions;  ///< the formula's own
    std::map<std::string, Term> m_names;           ///< with the batch axis
    Site m_site;
};

}  // namespace

Result<std::vector<FormulaOutput>> lowerFormula(GraphBuilder& graph, const Formula& formula,
                                                const FormulaBinding& binding) {
    const auto lowered = [&]() -> Result<std::vector<FormulaOutput>> {
        ATTN_TRY(BoundFormula bound, bindFormula(graph, formula, binding));
        return FormulaLowering(graph, formula, binding, std::move(bound)).run();
    };
    Result<std::vector<FormulaOutput>> outputs = lowered();
    if (outputs) return outputs;
    Error error = std::move(outputs).error();
    // The graph's own errors name the layer already.
    if (error.context.empty() && !graph.layer().empty()) error = std::move(error).within("layer " + graph.layer());
    return fail(std::move(error));
}

}  // namespace attnscope
