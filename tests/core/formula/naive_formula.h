#pragma once

#include "formula_case.h"

#include <map>
#include <string>

namespace attnscope::test {

/// Evaluates a formula the way a reader would, number by number, in double precision and with no thought of speed: what
/// lowered formulas are compared with.
class NaiveFormula {
public:
    /// `extents` of every index letter; `values` by the formula's names, inputs with the batch first.
    NaiveFormula(const Formula& formula, std::int64_t batch, std::map<std::string, std::int64_t> extents,
                 std::map<std::string, Tensor> values);

    /// A mask [batch, index] on the softmax that the named statement is.
    void maskSoftmax(const std::string& statement, Tensor mask) {
        m_maskedStatement = statement;
        m_mask = std::move(mask);
    }

    /// Every statement's value, [batch, indices…].
    [[nodiscard]] std::map<std::string, Tensor> run();

private:
    using Environment = std::map<std::string, std::int64_t>;
    [[nodiscard]] double number(const Expression& expression, const Environment& at) const;
    [[nodiscard]] double reference(const ReferenceExpression& reference, const Environment& at) const;
    [[nodiscard]] static std::int64_t element(const std::string& index, std::int64_t extent, const Environment& at);
    [[nodiscard]] std::string ownFunction(const std::string& name) const;
    [[nodiscard]] double reduction(const ReductionExpression& reduction, const Environment& at) const;
    [[nodiscard]] double kept(const ReductionExpression& reduction, const Environment& at) const;
    /// Calls `visit` with every setting of the indices.
    template <typename Visit>
    void loop(const std::vector<std::string>& indices, Environment at, const Visit& visit) const;

    const Formula& m_formula;
    std::map<std::string, std::int64_t> m_extents;
    std::map<std::string, Tensor> m_values;
    std::map<std::string, bool> m_batched;
    std::map<std::string, std::vector<std::string>> m_declared;
    std::string m_maskedStatement;
    Tensor m_mask;
    const Expression* m_maskedSoftmax = nullptr;
};

/// The first statement of a lowered formula that differs from its naive reading, or nothing.
[[nodiscard]] QString differenceFromNaive(const Formula& formula, const FormulaCase& given, Tolerance tolerance = {});

}  // namespace attnscope::test
