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

/// The axes of a tensor as its owner has them: usually a letter each; several letters for an axis that is seen as
/// several (`(h,d)`: d runs fastest), none for one of a single element (`1`).
using TensorAxes = std::vector<std::vector<std::string>>;

/// A value a formula declares: a weight or an input with its index letters.
struct Declaration {
    std::string name;                  ///< "W"
    TensorAxes axes;                   ///< without the batch, which is implied for inputs
    std::vector<std::string> indices;  ///< the letters of the axes: what its uses have
    bool optional = false;             ///< `b[t]?`: left out of the sum or product it stands in when the layer has none
    /// `as "*_W"`: what the weight is called in a model file, `*` matches anything; the name itself if nothing is said.
    std::string fileName;
    Position position;
};

/// A number of the layer: `parameter epsilon = 1e-7`. The layer's config may have another: a number, or true for 1 and
/// false for 0.
struct ParameterDeclaration {
    std::string name;
    std::string fileName;  ///< the config's entry, `as "…"`; the name itself if nothing is said
    float value = 0.0F;
    Position position;
};

/// An elementwise function that the layer's config chooses: `function act as "attention_activation" = tanh`.
struct FunctionDeclaration {
    std::string name;
    std::string fileName;  ///< the config's entry
    std::string function;  ///< where the config has no such entry; "linear" if nothing is said
    Position position;
};

/// How far an index runs, where shapes do not say it: `index h as "heads"`, `index n = 3`.
struct IndexDeclaration {
    std::string index;
    std::string fileName;                ///< the config's entry; empty for none
    std::optional<std::int64_t> extent;  ///< where the config has none
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

/// One of the values that the layer gives to others: `output c with mask, a[t,1] if return_attention`.
struct OutputDeclaration {
    std::string name;
    TensorAxes axes;      ///< as the layer gives it; those of the value if nothing is said
    std::string mask;     ///< the mask that goes on with it, as an input would be named; empty for none
    std::string flag;     ///< the config's entry that it depends on; empty if it is always given
    bool unless = false;  ///< `if not`
    Position position;
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
    [[nodiscard]] const std::vector<FunctionDeclaration>& functions() const { return m_functions; }
    [[nodiscard]] const std::vector<IndexDeclaration>& indices() const { return m_indices; }
    /// What the layer gives, in order; the site's output alone if the file does not say.
    [[nodiscard]] const std::vector<OutputDeclaration>& outputs() const { return m_outputs; }
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
    std::vector<FunctionDeclaration> m_functions;
    std::vector<IndexDeclaration> m_indices;
    std::vector<OutputDeclaration> m_outputs;
    std::vector<Statement> m_statements;
    SiteDeclaration m_site;
};

}  // namespace attnscope
