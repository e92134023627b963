#include "naive_formula.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace attnscope::test {

namespace {

const std::string batchIndex = "(batch)";

double applied(const std::string& function, double x) {
    if (function == "negate") return -x;
    if (function == "linear") return x;
    if (function == "floor") return std::floor(x);
    if (function == "tanh") return std::tanh(x);
    if (function == "exp") return std::exp(x);
    if (function == "sqrt") return std::sqrt(x);
    if (function == "sigmoid") return 1.0 / (1.0 + std::exp(-x));
    if (function == "square") return x * x;
    if (function == "relu") return std::max(x, 0.0);
    throw std::invalid_argument("the naive evaluation has no " + function);
}

double combined(const std::string& op, double a, double b) {
    if (op == "+") return a + b;
    if (op == "-") return a - b;
    if (op == "*") return a * b;
    if (op == "/") return a / b;
    if (op == "^") return std::pow(a, b);
    if (op == "<") return a < b ? 1.0 : 0.0;
    if (op == "<=") return a <= b ? 1.0 : 0.0;
    if (op == ">") return a > b ? 1.0 : 0.0;
    if (op == ">=") return a >= b ? 1.0 : 0.0;
    if (op == "==") return a == b ? 1.0 : 0.0;
    return a != b ? 1.0 : 0.0;
}

}  // namespace

NaiveFormula::NaiveFormula(const Formula& formula, std::int64_t batch, std::map<std::string, std::int64_t> extents,
                           std::map<std::string, Tensor> values)
    : m_formula(formula), m_extents(std::move(extents)), m_values(std::move(values)) {
    m_extents[batchIndex] = batch;
    for (const Declaration& input : formula.inputs()) m_batched[input.name] = true;
    for (const Declaration& input : formula.inputs()) m_declared[input.name] = input.indices;
    for (const Declaration& weight : formula.weights()) m_declared[weight.name] = weight.indices;
    for (const Statement& statement : formula.statements()) m_declared[statement.name] = statement.indices;
    for (const ParameterDeclaration& parameter : formula.parameters()) {
        m_values[parameter.name] = Tensor({}, parameter.value);
        m_declared[parameter.name] = {};
    }
}

template <typename Visit>
void NaiveFormula::loop(const std::vector<std::string>& indices, Environment at, const Visit& visit) const {
    std::int64_t count = 1;
    for (const std::string& index : indices) count *= m_extents.at(index);
    for (std::int64_t flat = 0; flat < count; ++flat) {
        std::int64_t rest = flat;
        for (auto index = indices.rbegin(); index != indices.rend(); ++index) {
            at[*index] = rest % m_extents.at(*index);
            rest /= m_extents.at(*index);
        }
        visit(at);
    }
}

std::map<std::string, Tensor> NaiveFormula::run() {
    std::map<std::string, Tensor> results;
    for (const Statement& statement : m_formula.statements()) {
        m_maskedSoftmax = statement.name == m_maskedStatement ? statement.expression.get() : nullptr;
        std::vector<std::string> indices = statement.indices;
        indices.insert(indices.begin(), batchIndex);
        std::vector<std::int64_t> extents;
        for (const std::string& index : indices) extents.push_back(m_extents.at(index));
        std::vector<float> numbers;
        loop(indices, {},
             [&](const Environment& at) { numbers.push_back(static_cast<float>(number(*statement.expression, at))); });
        m_values[statement.name] = results[statement.name] = Tensor(Shape(extents), std::move(numbers));
        m_batched[statement.name] = true;
    }
    return results;
}

double NaiveFormula::number(const Expression& expression, const Environment& at) const {
    if (const auto* literal = std::get_if<NumberExpression>(&expression.node)) return literal->value;
    if (const auto* named = std::get_if<ReferenceExpression>(&expression.node)) return reference(*named, at);
    if (const auto* call = std::get_if<CallExpression>(&expression.node))
        return applied(ownFunction(call->function), number(*call->argument, at));
    if (const auto* binary = std::get_if<BinaryExpression>(&expression.node)) {
        // The only way a weight can be absent: its term or factor is.
        const auto isAbsent = [&](const Expression& side) {
            const auto* named = std::get_if<ReferenceExpression>(&side.node);
            return named != nullptr && !m_values.contains(named->name);
        };
        if (isAbsent(*binary->left)) return number(*binary->right, at);
        if (isAbsent(*binary->right)) return number(*binary->left, at);
        return combined(binary->op, number(*binary->left, at), number(*binary->right, at));
    }
    if (const auto* index = std::get_if<IndexExpression>(&expression.node))
        return static_cast<double>(index->function == IndexFunction::Size ? m_extents.at(index->index)
                                                                          : at.at(index->index));
    const auto& reduced = std::get<ReductionExpression>(expression.node);
    if (&expression != m_maskedSoftmax) return reduction(reduced, at);
    return kept(reduced, at) == 0.0 ? 0.0 : reduction(reduced, at);
}

double NaiveFormula::reference(const ReferenceExpression& reference, const Environment& at) const {
    const Tensor& tensor = m_values.at(reference.name);
    std::int64_t flat = m_batched.contains(reference.name) ? at.at(batchIndex) : 0;
    const std::vector<std::string>& declared = m_declared.at(reference.name);
    for (std::size_t i = 0; i < declared.size(); ++i) {
        const std::int64_t extent = m_extents.at(declared[i]);
        flat = flat * extent + element(reference.indices[i], extent, at);
    }
    return tensor[static_cast<std::size_t>(flat)];
}

std::int64_t NaiveFormula::element(const std::string& index, std::int64_t extent, const Environment& at) {
    if (const auto letter = at.find(index); letter != at.end()) return letter->second;
    const std::int64_t fixed = std::stoll(index);
    return fixed < 0 ? fixed + extent : fixed;
}

std::string NaiveFormula::ownFunction(const std::string& name) const {
    for (const FunctionDeclaration& function : m_formula.functions()) {
        if (function.name == name) return function.function;
    }
    return name;
}

double NaiveFormula::kept(const ReductionExpression& reduction, const Environment& at) const {
    const std::string& index = reduction.indices.front();
    return m_mask[static_cast<std::size_t>(at.at(batchIndex) * m_extents.at(index) + at.at(index))];
}

double NaiveFormula::reduction(const ReductionExpression& reduction, const Environment& at) const {
    double sum = 0.0;
    double exponentials = 0.0;
    double largest = -std::numeric_limits<double>::infinity();
    double count = 0.0;
    const bool masked =
        m_maskedSoftmax != nullptr && &reduction == &std::get<ReductionExpression>(m_maskedSoftmax->node);
    const double here = reduction.kind == ReductionKind::Softmax ? number(*reduction.argument, at) : 0.0;
    loop(reduction.indices, at, [&](const Environment& inside) {
        const double value = number(*reduction.argument, inside);
        sum += value;
        if (!masked || kept(reduction, inside) != 0.0) exponentials += std::exp(value - here);
        largest = std::max(largest, value);
        count += 1.0;
    });
    switch (reduction.kind) {
        case ReductionKind::Sum:
            return sum;
        case ReductionKind::Mean:
            return sum / count;
        case ReductionKind::Max:
            return largest;
        default:
            return 1.0 / exponentials;
    }
}

QString differenceFromNaive(const Formula& formula, const FormulaCase& given, Tolerance tolerance) {
    const Result<Graph> graph = lowered(formula, given);
    if (!graph) return QString::fromStdString(graph.error().text());
    const Result<GraphRun> run = ran(*graph, given);
    if (!run) return QString::fromStdString(run.error().text());
    for (const Value& value : graph->values()) {
        if (value.batched && value.shape[0] != given.batch)
            return QString::fromStdString(value.name + " " + value.shape.text() + " has not the batch first");
    }
    for (const auto& [name, expected] : NaiveFormula(formula, given.batch, given.extents, given.values()).run()) {
        Tensor actual = (*run)["attention/" + name];
        if (!graph->value(*graph->find("attention/" + name)).batched) {
            // A value of weights alone is the same for every element of the batch.
            std::vector<std::int64_t> shape = expected.shape().extents();
            std::vector<float> repeated;
            for (std::int64_t i = 0; i < given.batch; ++i)
                repeated.insert(repeated.end(), actual.data().begin(), actual.data().end());
            actual = Tensor(Shape(shape), std::move(repeated));
        }
        const std::string text = difference(actual, expected, tolerance);
        if (!text.empty()) return QString::fromStdString(name + ": " + text);
    }
    return {};
}

}  // namespace attnscope::test
