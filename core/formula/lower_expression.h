#pragma once

#include "formula/extents.h"
#include "graph/graph.h"
#include "ops/elementwise.h"
#include "ops/reduce.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// A value on its way into the graph: there already, or an operation that waits for its name.
struct Term {
    Axes axes;
    std::optional<ValueId> value;
    std::shared_ptr<const Operation> operation;  ///< if there is no value yet
    std::vector<ValueId> inputs;

    [[nodiscard]] static Term existing(ValueId id, Axes axes) { return {std::move(axes), id, nullptr, {}}; }
};

/// Lowers the right side of one statement. Operands are aligned to a common order of axes, batch first; what has no
/// batch axis (weights) broadcasts. The checker and Extents have proven that names and extents fit.
class ExpressionLowering {
public:
    /// `names` gives the formula's names their values, axes being those of the declarations; `functions` are the
    /// formula's own. `target` is the statement's left side; values that need no name of their own are called
    /// `target.…`.
    ExpressionLowering(GraphBuilder& graph, const Extents& extents, const std::map<std::string, Term>& names,
                       const std::map<std::string, UnaryKind>& functions, const Statement& target)
        : m_graph(graph), m_extents(extents), m_names(names), m_functions(functions), m_target(target) {}

    /// Gives the softmax that is the whole expression a mask [batch, index]: where it is 0, the weight is 0.
    void maskSoftmax(Term mask) { m_softmaxMask = std::move(mask); }

    /// Lowers the expression and gives its value the statement's name and order of axes. Errors: code Limit if a value
    /// would have more than 2^30 elements.
    [[nodiscard]] Result<Term> lower(const Expression& expression);

private:
    [[nodiscard]] Result<Term> lowerNode(const Expression& expression);
    [[nodiscard]] Result<Term> lowerReference(const ReferenceExpression& reference);
    [[nodiscard]] Result<Term> lowerIndex(const IndexExpression& index);
    [[nodiscard]] Result<Term> lowerCall(const CallExpression& call);
    [[nodiscard]] Result<Term> lowerBinary(const BinaryExpression& binary);
    [[nodiscard]] Result<Term> lowerReduction(const ReductionExpression& reduction);
    [[nodiscard]] Result<Term> lowerSum(const ReductionExpression& reduction);
    [[nodiscard]] Result<Term> lowerSoftmax(const ReductionExpression& reduction, Term argument,
                                            const std::optional<Term>& mask);

    // Sums of products (contraction.cpp).
    [[nodiscard]] Result<Term> sumOfProduct(std::vector<Term> factors, const Axes& over);
    [[nodiscard]] Status foldSmallest(std::vector<Term>& factors);
    [[nodiscard]] Result<Term> contract(Term a, Term b, const Axes& over);
    [[nodiscard]] Result<Term> matrixProduct(Term a, Term b, const Axes& summed);
    struct Matrix {
        ValueId value;
        bool transposed = false;
        bool flat = true;  ///< rows are one axis
    };
    [[nodiscard]] Result<Matrix> asMatrix(Term term, const Axes& lead, const Axes& rows, const Axes& columns,
                                          bool keepRows);

    [[nodiscard]] Result<Term> elementwise(BinaryKind kind, Term a, Term b);
    [[nodiscard]] Result<Term> reduce(ReduceKind kind, Term term, const Axes& over);
    [[nodiscard]] Result<Term> permuted(Term term, const Axes& order);
    /// As a value whose axes broadcast to `order`: in its order, with extents of 1 where it has no axis.
    [[nodiscard]] Result<ValueId> aligned(Term term, const Axes& order);
    [[nodiscard]] Axes mergedOrder(const Axes& a, const Axes& b) const;
    [[nodiscard]] bool followsTarget(const Axes& axes) const;

    [[nodiscard]] Result<Term> pending(Axes axes, std::shared_ptr<const Operation> operation,
                                       std::vector<ValueId> inputs) const;
    [[nodiscard]] Result<ValueId> emit(Term term);
    [[nodiscard]] Result<ValueId> reshaped(ValueId value, Shape shape);
    [[nodiscard]] std::string hiddenName(std::string_view what) const;

    GraphBuilder& m_graph;
    const Extents& m_extents;
    const std::map<std::string, Term>& m_names;
    const std::map<std::string, UnaryKind>& m_functions;
    const Statement& m_target;
    std::optional<Term> m_softmaxMask;
};

/// The places of `wanted` in `axes`.
[[nodiscard]] std::vector<std::size_t> axisPlaces(const Axes& axes, const Axes& wanted);

}  // namespace attnscope
