#pragma once

#include "formula/extents.h"
#include "graph/graph.h"
#include "ops/elementwise.h"

#include <map>
#include <set>

namespace attnscope {

/// What a formula is applied to.
struct FormulaBinding {
    std::string siteName;   ///< usually the layer's name
    std::string className;  ///< the class in the model file
    /// By the formula's names, with the batch axis first: x [batch, time, feature]. A declared mask (see maskNames)
    /// that is not given is all ones.
    std::map<std::string, ValueId> inputs;
    /// By the formula's names, in the shapes that the file has; optional weights that the layer does not have are left
    /// out.
    std::map<std::string, TensorPtr> weights;
    /// Replace the formula's own numbers.
    std::map<std::string, float> parameters;
    /// Replace the formula's own functions.
    std::map<std::string, UnaryKind> functions;
    /// Replace the formula's own extents of indices.
    std::map<std::string, std::int64_t> extents;
    /// The entries of the config, among those that outputs depend on, that are true.
    std::set<std::string> flags;
};

/// A binding that has been found to fit its formula.
struct BoundFormula {
    Extents extents;
    std::set<std::string> absent;  ///< optional weights that the layer does not have
};

/// Proves that inputs and weights are those of the formula and that every index has one extent throughout. The graph
/// tells the inputs' shapes. Errors: code Shape ("index t is 70 in x and 64 in b"), code InvalidInput when an input or
/// a weight is missing or unknown.
[[nodiscard]] Result<BoundFormula> bindFormula(const GraphBuilder& graph, const Formula& formula,
                                               const FormulaBinding& binding);

}  // namespace attnscope
