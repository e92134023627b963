#include "formula/lower_expression.h"

#include "formula/functions.h"
#include "formula/indices.h"
#include "graph/value_limit.h"
#include "ops/layout.h"
#include "ops/softmax.h"

#include <algorithm>
#include <numeric>

namespace attnscope {

namespace {

constexpr std::int64_t elementLimit = std::int64_t{1} << 30;

BinaryKind binaryKind(const std::string& op) {
    static const std::map<std::string, BinaryKind> kinds{
        {"+", BinaryKind::Add},        {"-", BinaryKind::Subtract}, {"*", BinaryKind::Multiply},
        {"/", BinaryKind::Divide},     {"^", BinaryKind::Power},    {"<", BinaryKind::Less},
        {"<=", BinaryKind::LessEqual}, {">", BinaryKind::Greater},  {">=", BinaryKind::GreaterEqual},
        {"==", BinaryKind::Equal},     {"!=", BinaryKind::NotEqual}};
    return kinds.at(op);
}

Axes batchFirst(Axes axes) {
    std::stable_partition(axes.begin(), axes.end(), [](const std::string& axis) { return axis == batchAxis; });
    return axes;
}

}  // namespace

std::vector<std::size_t> axisPlaces(const Axes& axes, const Axes& wanted) {
    std::vector<std::size_t> places;
    places.reserve(wanted.size());
    for (const std::string& axis : wanted)
        places.push_back(static_cast<std::size_t>(std::ranges::find(axes, axis) - axes.begin()));
    return places;
}

Result<Term> ExpressionLowering::lower(const Expression& expression) {
    Term term;
    if (const auto* softmax = outermostSoftmax(expression); softmax != nullptr && m_softmaxMask) {
        ATTN_TRY(Term argument, lowerNode(*softmax->argument));
        ATTN_TRY(term, lowerSoftmax(*softmax, std::move(argument), m_softmaxMask));
    } else {
        ATTN_TRY(term, lowerNode(expression));
    }
    Axes order = m_target.indices;
    if (contains(term.axes, batchAxis)) order.insert(order.begin(), batchAxis);
    ATTN_TRY(term, permuted(std::move(term), order));
    if (term.value) {
        ATTN_TRY(term, pending(order, std::make_shared<Unary>(UnaryKind::Identity), {*term.value}));
    }
    ATTN_TRY(const ValueId value, m_graph.add(std::move(term.operation), std::move(term.inputs), m_target.name));
    return Term::existing(value, std::move(order));
}

Result<Term> ExpressionLowering::lowerNode(const Expression& expression) {
    if (const auto* number = std::get_if<NumberExpression>(&expression.node))
        return Term::existing(m_graph.scalar(hiddenName("number"), number->value), {});
    if (const auto* reference = std::get_if<ReferenceExpression>(&expression.node)) return lowerReference(*reference);
    if (const auto* call = std::get_if<CallExpression>(&expression.node)) return lowerCall(*call);
    if (const auto* binary = std::get_if<BinaryExpression>(&expression.node)) return lowerBinary(*binary);
    if (const auto* index = std::get_if<IndexExpression>(&expression.node)) return lowerIndex(*index);
    return lowerReduction(std::get<ReductionExpression>(expression.node));
}

Result<Term> ExpressionLowering::lowerReference(const ReferenceExpression& reference) {
    const Term& named = m_names.at(reference.name);
    const std::size_t first = contains(named.axes, batchAxis) ? 1 : 0;
    ValueId value = *named.value;
    for (std::size_t i = 0; i < reference.indices.size(); ++i) {
        if (!isFixed(reference.indices[i])) continue;
        const std::int64_t element = fixedIndex(reference.indices[i], m_extents[named.axes[first + i]]);
        ATTN_TRY(value, m_graph.add(std::make_shared<Slice>(first + i, element, 1), {value}, hiddenName("slice")));
    }
    Axes axes = letters(reference.indices);
    const bool sliced = axes.size() != reference.indices.size();
    if (first == 1) axes.insert(axes.begin(), batchAxis);
    if (sliced) {
        ATTN_TRY(value, reshaped(value, m_extents.shape(axes)));
    }
    return Term::existing(value, std::move(axes));
}

Result<Term> ExpressionLowering::lowerIndex(const IndexExpression& index) {
    const std::int64_t extent = m_extents[index.index];
    if (index.function == IndexFunction::Size)
        return Term::existing(m_graph.scalar(hiddenName("size"), static_cast<float>(extent)), {});
    ATTN_CHECK(expectReasonable({extent}, mostMadeElements));
    Tensor positions({extent});
    std::iota(positions.data().begin(), positions.data().end(), 0.0F);
    return Term::existing(m_graph.constant(hiddenName("position"), share(std::move(positions))), {index.index});
}

Result<Term> ExpressionLowering::lowerCall(const CallExpression& call) {
    ATTN_TRY(Term argument, lowerNode(*call.argument));
    const auto own = m_functions.find(call.function);
    const UnaryKind kind = own == m_functions.end() ? *functionKind(call.function) : own->second;
    if (kind == UnaryKind::Identity) return argument;
    Axes axes = argument.axes;
    ATTN_TRY(const ValueId value, emit(std::move(argument)));
    return pending(std::move(axes), std::make_shared<Unary>(kind), {value});
}

Result<Term> ExpressionLowering::lowerBinary(const BinaryExpression& binary) {
    ATTN_TRY(Term left, lowerNode(*binary.left));
    ATTN_TRY(Term right, lowerNode(*binary.right));
    return elementwise(binaryKind(binary.op), std::move(left), std::move(right));
}

Result<Term> ExpressionLowering::lowerReduction(const ReductionExpression& reduction) {
    if (reduction.kind == ReductionKind::Sum) return lowerSum(reduction);
    ATTN_TRY(Term argument, lowerNode(*reduction.argument));
    if (reduction.kind == ReductionKind::Softmax) return lowerSoftmax(reduction, std::move(argument), std::nullopt);
    const ReduceKind kind = reduction.kind == ReductionKind::Mean ? ReduceKind::Mean : ReduceKind::Max;
    return reduce(kind, std::move(argument), reduction.indices);
}

/// The factors of a product become those of a contraction; what divides the whole product and has no summed index
/// divides the sum instead.
Result<Term> ExpressionLowering::lowerSum(const ReductionExpression& reduction) {
    std::vector<const Expression*> open = {reduction.argument.get()};
    std::vector<const Expression*> divisors;
    std::vector<Term> factors;
    while (!open.empty()) {
        const Expression& expression = *open.back();
        open.pop_back();
        const auto* binary = std::get_if<BinaryExpression>(&expression.node);
        if (binary != nullptr && binary->op == "*") {
            open.push_back(binary->right.get());
            open.push_back(binary->left.get());
        } else if (binary != nullptr && binary->op == "/" &&
                   common(freeIndices(*binary->right), reduction.indices).empty()) {
            divisors.push_back(binary->right.get());
            open.push_back(binary->left.get());
        } else {
            ATTN_TRY(Term factor, lowerNode(expression));
            factors.push_back(std::move(factor));
        }
    }
    ATTN_TRY(Term sum, sumOfProduct(std::move(factors), reduction.indices));
    for (auto it = divisors.rbegin(); it != divisors.rend(); ++it) {
        ATTN_TRY(Term divisor, lowerNode(**it));
        ATTN_TRY(sum, elementwise(BinaryKind::Divide, std::move(sum), std::move(divisor)));
    }
    return sum;
}

Result<Term> ExpressionLowering::lowerSoftmax(const ReductionExpression& reduction, Term argument,
                                              const std::optional<Term>& mask) {
    if (reduction.indices.size() == 1) {
        const Axes axes = argument.axes;
        std::vector<ValueId> inputs(1);
        ATTN_TRY(inputs[0], emit(std::move(argument)));
        if (mask) {
            ATTN_TRY(const ValueId maskValue, aligned(*mask, axes));
            inputs.push_back(maskValue);
        }
        const std::size_t axis = axisPlaces(axes, reduction.indices).front();
        return pending(axes, std::make_shared<Softmax>(axis), std::move(inputs));
    }
    // Over several indices at once: as one long axis, the last.
    Axes order = without(argument.axes, reduction.indices);
    const std::size_t axis = order.size();
    std::vector<std::int64_t> flat = m_extents.shape(order).extents();
    flat.push_back(m_extents.shape(reduction.indices).elements());
    order = joinedIndices(std::move(order), reduction.indices);
    ATTN_TRY(Term ordered, permuted(std::move(argument), order));
    ATTN_TRY(ValueId value, emit(std::move(ordered)));
    ATTN_TRY(value, reshaped(value, Shape(std::move(flat))));
    ATTN_TRY(value, m_graph.add(std::make_shared<Softmax>(axis), {value}, hiddenName("softmax")));
    Shape shape = m_extents.shape(order);
    return pending(std::move(order), std::make_shared<Reshape>(std::move(shape)), {value});
}

Result<Term> ExpressionLowering::elementwise(BinaryKind kind, Term a, Term b) {
    const bool bLeads = b.axes.size() > a.axes.size() ||
                        (b.axes.size() == a.axes.size() && !followsTarget(a.axes) && followsTarget(b.axes));
    Axes order = bLeads ? mergedOrder(b.axes, a.axes) : mergedOrder(a.axes, b.axes);
    ATTN_TRY(const ValueId left, aligned(std::move(a), order));
    ATTN_TRY(const ValueId right, aligned(std::move(b), order));
    return pending(std::move(order), std::make_shared<Binary>(kind), {left, right});
}

Result<Term> ExpressionLowering::reduce(ReduceKind kind, Term term, const Axes& over) {
    if (over.empty()) return term;
    std::vector<std::size_t> places = axisPlaces(term.axes, over);
    std::ranges::sort(places);
    Axes rest = without(term.axes, over);
    ATTN_TRY(const ValueId value, emit(std::move(term)));
    return pending(std::move(rest), std::make_shared<Reduce>(kind, std::move(places)), {value});
}

Result<Term> ExpressionLowering::permuted(Term term, const Axes& order) {
    if (term.axes == order) return term;
    std::vector<std::size_t> places = axisPlaces(term.axes, order);
    ATTN_TRY(const ValueId value, emit(std::move(term)));
    return pending(order, std::make_shared<Permute>(std::move(places)), {value});
}

Result<ValueId> ExpressionLowering::aligned(Term term, const Axes& order) {
    const Axes present = common(order, term.axes);
    ATTN_TRY(Term ordered, permuted(std::move(term), present));
    ATTN_TRY(const ValueId value, emit(std::move(ordered)));
    if (present.empty()) return value;
    // Broadcasting adds leading axes by itself.
    const auto first = std::ranges::find(order, present.front());
    if (static_cast<std::size_t>(order.end() - first) == present.size()) return value;
    std::vector<std::int64_t> extents;
    for (auto axis = first; axis != order.end(); ++axis)
        extents.push_back(contains(present, *axis) ? m_extents[*axis] : 1);
    return reshaped(value, Shape(std::move(extents)));
}

/// All axes of both, batch first, in an order that both have if there is one, else in that of `a`.
Axes ExpressionLowering::mergedOrder(const Axes& a, const Axes& b) const {
    Axes order;
    std::size_t taken = 0;  // of b
    for (const std::string& axis : a) {
        const auto shared = static_cast<std::size_t>(std::ranges::find(b, axis) - b.begin());
        for (; shared < b.size() && taken < shared; ++taken) {
            if (!contains(a, b[taken])) order.push_back(b[taken]);
        }
        order.push_back(axis);
    }
    return batchFirst(joinedIndices(std::move(order), b));
}

/// Whether those of the axes that the left side has stand in its order.
bool ExpressionLowering::followsTarget(const Axes& axes) const {
    return common(axes, m_target.indices) == common(m_target.indices, axes);
}

Result<Term> ExpressionLowering::pending(Axes axes, std::shared_ptr<const Operation> operation,
                                         std::vector<ValueId> inputs) const {
    std::int64_t elements = 1;
    for (const std::string& axis : axes) {
        const std::int64_t extent = m_extents[axis];
        if (extent > 0 && elements > elementLimit / extent)
            return fail(ErrorCode::Limit, "the line of " + m_target.name + " makes a value of more than " +
                                              std::to_string(elementLimit) + " elements");
        elements *= extent;
    }
    return Term{std::move(axes), std::nullopt, std::move(operation), std::move(inputs)};
}

Result<ValueId> ExpressionLowering::emit(Term term) {
    if (term.value) return *term.value;
    const std::string name = hiddenName(term.operation->name());
    return m_graph.add(std::move(term.operation), std::move(term.inputs), name);
}

Result<ValueId> ExpressionLowering::reshaped(ValueId value, Shape shape) {
    return m_graph.add(std::make_shared<Reshape>(std::move(shape)), {value}, hiddenName("reshape"));
}

/// A formula's names have no dots, so that a hidden value takes no name from them.
std::string ExpressionLowering::hiddenName(std::string_view what) const {
    return m_target.name + "." + std::string(what);
}

}  // namespace attnscope
