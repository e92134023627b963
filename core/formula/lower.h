#pragma once

#include "formula/bind.h"

namespace attnscope {

/// One of the values that a layer gives to others.
struct FormulaOutput {
    ValueId value;     ///< with the batch axis first
    std::string mask;  ///< the mask that goes on with it, as an input of the formula would be named; empty for none
};

/// Lowers a formula to ordinary operations, adding one value per left-hand side under the formula's own name ("a" in
/// layer "attention" is "attention/a"), and a Site. Sums of products become matrix products. Returns what the layer
/// gives, in the order of Formula::outputs(): one value or more.
///
/// Every input the formula names gets a value of its own in the layer (an identity of what was given), so that an edit
/// of a site's mask or input touches nothing upstream of the site. A formula without a mask whose weights come from a
/// softmax over the time index gets a what-if mask: all ones, excluded timesteps leave that softmax
/// (Site::maskIsWhatIf).
///
/// Errors: as bindFormula; code Limit when a value would have more than 2^30 elements; code InvalidInput when the
/// config leaves no output.
[[nodiscard]] Result<std::vector<FormulaOutput>> lowerFormula(GraphBuilder& graph, const Formula& formula,
                                                              const FormulaBinding& binding);

}  // namespace attnscope
