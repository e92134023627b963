#include "formula/indices.h"
#include "formula/lower_expression.h"
#include "ops/layout.h"
#include "ops/matmul.h"

#include <limits>

namespace attnscope {

namespace {

bool batched(const Axes& axes) {
    return contains(axes, batchAxis);
}

Axes concatenated(const Axes& a, const Axes& b, const Axes& c) {
    Axes result = a;
    result.insert(result.end(), b.begin(), b.end());
    result.insert(result.end(), c.begin(), c.end());
    return result;
}

}  // namespace

/// Factors without a summed index leave the sum; the rest is folded until two are left, which a matrix product sums.
Result<Term> ExpressionLowering::sumOfProduct(std::vector<Term> factors, const Axes& over) {
    std::vector<Term> inside;
    std::vector<Term> outside;
    for (Term& factor : factors) {
        std::vector<Term>& side = common(factor.axes, over).empty() ? outside : inside;
        side.push_back(std::move(factor));
    }
    while (inside.size() > 2) ATTN_CHECK(foldSmallest(inside));
    Term sum;
    if (inside.size() == 2) {
        ATTN_TRY(sum, contract(std::move(inside[0]), std::move(inside[1]), over));
    } else {
        ATTN_TRY(sum, reduce(ReduceKind::Sum, std::move(inside[0]), over));
    }
    for (Term& factor : outside) {
        ATTN_TRY(sum, elementwise(BinaryKind::Multiply, std::move(factor), std::move(sum)));
    }
    return sum;
}

/// Multiplies the two factors whose product has the fewest elements.
Status ExpressionLowering::foldSmallest(std::vector<Term>& factors) {
    std::size_t first = 0;
    std::size_t second = 1;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < factors.size(); ++i) {
        for (std::size_t j = i + 1; j < factors.size(); ++j) {
            double elements = 1.0;
            for (const std::string& axis : joinedIndices(factors[i].axes, factors[j].axes))
                elements *= static_cast<double>(m_extents[axis]);
            if (elements >= smallest) continue;
            smallest = elements;
            first = i;
            second = j;
        }
    }
    ATTN_TRY(factors[first], elementwise(BinaryKind::Multiply, std::move(factors[first]), std::move(factors[second])));
    factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(second));
    return {};
}

Result<Term> ExpressionLowering::contract(Term a, Term b, const Axes& over) {
    // An index that one factor alone has is summed there: Σᵢ Σⱼ aᵢ bⱼ = (Σᵢ aᵢ)(Σⱼ bⱼ).
    const Axes onlyA = common(without(a.axes, b.axes), over);
    const Axes onlyB = common(without(b.axes, a.axes), over);
    ATTN_TRY(a, reduce(ReduceKind::Sum, std::move(a), onlyA));
    ATTN_TRY(b, reduce(ReduceKind::Sum, std::move(b), onlyB));
    const Axes summed = common(common(a.axes, b.axes), over);
    if (summed.empty()) return elementwise(BinaryKind::Multiply, std::move(a), std::move(b));

    const Axes rows = without(without(a.axes, b.axes), {batchAxis});
    const Axes columns = without(without(b.axes, a.axes), {batchAxis});
    if (rows.empty() && columns.empty()) {
        ATTN_TRY(Term product, elementwise(BinaryKind::Multiply, std::move(a), std::move(b)));
        return reduce(ReduceKind::Sum, std::move(product), summed);
    }
    // Swapped, the product comes out as the left side wants it, or the batch meets a plain matrix on its right.
    const Axes lead = without(common(a.axes, b.axes), summed);
    const bool asWritten = followsTarget(concatenated(lead, rows, columns));
    const bool asSwapped = followsTarget(concatenated(lead, columns, rows));
    const bool swap = asWritten == asSwapped ? !batched(a.axes) && batched(b.axes) : asSwapped;
    return swap ? matrixProduct(std::move(b), std::move(a), summed) : matrixProduct(std::move(a), std::move(b), summed);
}

/// Σ over `summed`: [lead…, rows, summed] × [lead…, summed, columns] → [lead…, rows, columns].
Result<Term> ExpressionLowering::matrixProduct(Term a, Term b, const Axes& summed) {
    const Axes shared = without(without(common(a.axes, b.axes), summed), {batchAxis});
    const Axes rows = without(without(a.axes, b.axes), {batchAxis});
    const Axes columns = without(without(b.axes, a.axes), {batchAxis});
    const auto leadOf = [&](bool withBatch) { return joinedIndices(withBatch ? Axes{batchAxis} : Axes{}, shared); };
    const Axes lead = leadOf(batched(a.axes) || batched(b.axes));
    const Axes leadA = leadOf(batched(a.axes));
    const Axes leadB = leadOf(batched(b.axes));

    // A plain matrix on the right serves any number of axes before the last two.
    const bool keepRows = leadB.empty() && !rows.empty();
    ATTN_TRY(const Matrix left, asMatrix(std::move(a), leadA, rows, summed, keepRows));
    ATTN_TRY(const Matrix right, asMatrix(std::move(b), leadB, summed, columns, false));
    auto product = std::make_shared<MatMul>(left.transposed, right.transposed);
    Axes axes = concatenated(lead, rows, columns);
    const bool rowsAreAxes = rows.size() == 1 || !left.flat;
    if (rowsAreAxes && columns.size() == 1)
        return pending(std::move(axes), std::move(product), {left.value, right.value});
    ATTN_TRY(const ValueId value, m_graph.add(std::move(product), {left.value, right.value}, hiddenName("matmul")));
    Shape shape = m_extents.shape(axes);
    return pending(std::move(axes), std::make_shared<Reshape>(std::move(shape)), {value});
}

/// A term as [lead…, rows, columns], rows and columns being flattened to one axis each, or as its transpose if that
/// spares a permutation. With `keepRows`, rows that need no flattening stay axes of their own.
Result<ExpressionLowering::Matrix> ExpressionLowering::asMatrix(Term term, const Axes& lead, const Axes& rows,
                                                                const Axes& columns, bool keepRows) {
    const Axes plain = concatenated(lead, rows, columns);
    Matrix matrix;
    matrix.transposed = term.axes != plain && term.axes == concatenated(lead, columns, rows);
    if (!matrix.transposed) {
        ATTN_TRY(term, permuted(std::move(term), plain));
    }
    ATTN_TRY(matrix.value, emit(std::move(term)));
    if (keepRows && !matrix.transposed && columns.size() == 1) {
        matrix.flat = rows.size() == 1;
        return matrix;
    }
    if (rows.size() == 1 && columns.size() == 1) return matrix;
    std::vector<std::int64_t> extents = m_extents.shape(lead).extents();
    const std::int64_t rowCount = m_extents.shape(rows).elements();
    const std::int64_t columnCount = m_extents.shape(columns).elements();
    extents.push_back(matrix.transposed ? columnCount : rowCount);
    extents.push_back(matrix.transposed ? rowCount : columnCount);
    ATTN_TRY(matrix.value, reshaped(matrix.value, Shape(std::move(extents))));
    return matrix;
}

}  // namespace attnscope
