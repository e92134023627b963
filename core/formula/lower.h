#pragma once

#include "formula/formula.h"
#include "graph/graph.h"

#include <map>

namespace attnscope {

/// What a formula is applied to.
struct FormulaBinding {
    std::string siteName;   ///< usually the layer's name
    std::string className;  ///< the class in the model file
    /// By the formula's names, with the batch axis first: x [batch, time, feature]. A declared `mask` that is not given
    /// is all ones.
    std::map<std::string, ValueId> inputs;
    /// By the formula's names; optional weights that the layer does not have are left out.
    std::map<std::string, TensorPtr> weights;
    /// Replace the formula's own numbers.
    std::map<std::string, float> parameters;
};

/// Lowers a formula to ordinary operations, adding one value per left-hand side under the formula's own name ("a" in
/// layer "attention" is "attention/a"), and a Site. Sums of products become matrix products. Returns the site's output
/// value.
///
/// Every input the formula names gets a value of its own in the layer (an identity of what was given), so that an edit
/// of a site's mask or input touches nothing upstream of the site. A formula without a mask whose weights come from a
/// softmax over the time index gets a what-if mask: all ones, excluded timesteps leave that softmax
/// (Site::maskIsWhatIf).
///
/// Errors: code Shape when an index letter would have two extents ("index t is 70 in x and 64 in b"), code InvalidInput
/// when an input or a weight is missing or unknown, code Limit when a value would have more than 2^30 elements.
[[nodiscard]] Result<ValueId> lowerFormula(GraphBuilder& graph, const Formula& formula, const FormulaBinding& binding);

}  // namespace attnscope
