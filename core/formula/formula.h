#pragma once

#include "base/result.h"
#include "formula/syntax.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnscope {

/// Bytes that a formula's source may have.
inline constexpr std::size_t formulaSizeLimit = 64 * 1024;

/// A value a formula declares: a weight or an input with its index letters.
struct Declaration {
    std::string name;                  ///< "W"
    std::vector<std::string> indices;  ///< {"f"}; without the batch, which is implied for inputs
    bool optional = false;             ///< `b[t]?`: left out of the sum or product it stands in when the layer has none
    /// `as "*_W"`: what the weight is called in a model file, `*` matches anything; the name itself if nothing is said.
    std::string fileName;
    Position position;
};

/// A number of the layer: `parameter epsilon = 1e-7`. A numeric entry of that name in the layer's config replaces it.
struct ParameterDeclaration {
    std::string name;
    float value = 0.0F;
    Position position;
};

/// `e[t] = tanh(sum(f: x[t,f] * W[f]) + b[t])`
struct Statement {
    std::string name;
    std::vector<std::string> indices;
    ExpressionPtr expression;
    Position position;
    std::string source;  ///< the statement as written, for showing
};

/// Which of the formula's values play which part: `site  score e, weights a, values x, output c`.
struct SiteDeclaration {
    std::string score;
    std::string weights;
    std::string values;
    std::string output;
    Position position;
    /// The index of the weights that they are normalised over, found by checking: the one of a softmax that they are,
    /// else the one that the output no longer has, else the one that their own statement sums over.
    std::string normalisedIndex;
};

/// An attention layer in index notation, parsed and checked: every name is declared before it is used, every index of a
/// right-hand side stands on the left or under a reduction, every weight is used. Immutable.
class Formula {
public:
    /// Parses and checks. Errors (code Formula) begin with `NAME:LINE:COLUMN:` and say what was expected;
    /// code Limit for a source of more than formulaSizeLimit bytes.
    [[nodiscard]] static Result<Formula> parse(std::string_view source, std::string name);

    [[nodiscard]] const std::string& name() const { return m_name; }
    /// The first comment line, without its `#`.
    [[nodiscard]] const std::string& title() const { return m_title; }
    [[nodiscard]] const std::string& source() const { return m_source; }
    /// Names of the classes in model files that this formula serves.
    [[nodiscard]] const std::vector<std::string>& classes() const { return m_classes; }
    [[nodiscard]] const std::vector<Declaration>& weights() const { return m_weights; }
    [[nodiscard]] const std::vector<Declaration>& inputs() const { return m_inputs; }
    [[nodiscard]] const std::vector<ParameterDeclaration>& parameters() const { return m_parameters; }
    [[nodiscard]] const std::vector<Statement>& statements() const { return m_statements; }
    [[nodiscard]] const SiteDeclaration& site() const { return m_site; }

private:
    friend class FormulaParser;
    Formula() = default;

    std::string m_name;
    std::string m_title;
    std::string m_source;
    std::vector<std::string> m_classes;
    std::vector<Declaration> m_weights;
    std::vector<Declaration> m_inputs;
    std::vector<ParameterDeclaration> m_parameters;
    std::vector<Statement> m_statements;
    SiteDeclaration m_site;
};

}  // namespace attnscope
