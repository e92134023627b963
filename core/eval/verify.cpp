#include "eval/verify.h"

#include "base/text.h"
#include "eval/evaluator.h"

#include <cmath>

namespace attnscope {
namespace {

constexpr double absoluteTolerance = 1e-5;
constexpr double relativeTolerance = 1e-4;

std::vector<std::int64_t> indexOf(const Shape& shape, std::size_t flat) {
    std::vector<std::int64_t> index(shape.rank());
    auto rest = static_cast<std::int64_t>(flat);
    for (std::size_t axis = shape.rank(); axis-- > 0; rest /= shape[axis]) index[axis] = rest % shape[axis];
    return index;
}

/// Equal numbers, infinities and NaN differ by 0; a number and NaN by NaN.
double differenceOf(float expected, float found) {
    if (expected == found || (std::isnan(expected) && std::isnan(found))) return 0.0;
    return std::abs(static_cast<double>(found) - static_cast<double>(expected));
}

bool larger(double difference, double than) {
    return difference > than || (std::isnan(difference) && !std::isnan(than));
}

void compare(const Value& value, const Tensor& expected, const Tensor& found, Verification& result) {
    ++result.values;
    result.elements += expected.size();
    for (std::size_t flat = 0; flat < expected.size(); ++flat) {
        const double difference = differenceOf(expected[flat], found[flat]);
        const double allowed = absoluteTolerance + relativeTolerance * std::abs(static_cast<double>(expected[flat]));
        if (larger(difference, 0.0) && !(difference <= allowed)) ++result.beyond;
        if (!result.value.empty() && !larger(difference, result.difference)) continue;
        result.value = value.name;
        result.index = indexOf(expected.shape(), flat);
        result.expected = expected[flat];
        result.found = found[flat];
        result.difference = difference;
    }
}

}  // namespace

Result<Verification> verify(std::shared_ptr<const Graph> graph, const std::vector<TensorPtr>& inputs,
                            const Edits& edits, std::shared_ptr<Backend> reference, std::shared_ptr<Backend> other,
                            const CancelToken& cancel) {
    std::vector<ValueId> wanted;
    for (const Node& node : graph->nodes()) wanted.push_back(node.output);
    Evaluator expectedBy(graph, reference);
    Evaluator foundBy(graph, other);
    ATTN_TRY(const Evaluation expected, expectedBy.evaluate(inputs, edits, wanted, cancel));
    ATTN_TRY(const Evaluation found, foundBy.evaluate(inputs, edits, wanted, cancel));
    Verification result;
    result.reference = reference->name();
    result.other = other->name();
    for (const ValueId id : wanted) compare(graph->value(id), *expected.values.at(id), *found.values.at(id), result);
    return result;
}

std::string verificationText(const Verification& verification) {
    std::vector<std::string> index;
    for (const std::int64_t place : verification.index) index.push_back(std::to_string(place));
    std::string text = verification.reference + " and " + verification.other +
                       (verification.beyond == 0 ? " agree: " : " DIFFER: ") + std::to_string(verification.values) +
                       " values, " + std::to_string(verification.elements) + " numbers, ";
    if (verification.beyond > 0) text += std::to_string(verification.beyond) + " beyond 1e-5 + 1e-4 relative, ";
    return text + "largest difference " + floatText(static_cast<float>(verification.difference)) + " at " +
           verification.value + "[" + joined(index, ", ") + "]: " + floatText(verification.expected) + " and " +
           floatText(verification.found);
}

}  // namespace attnscope
