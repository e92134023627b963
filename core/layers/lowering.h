#pragma once

#include "formula/catalogue.h"
#include "graph/graph.h"
#include "layers/layer.h"

#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace attnscope {

/// A value on its way from layer to layer, with the mask [batch, time] that travels with it.
struct Flow {
    ValueId value;
    std::optional<ValueId> mask;
};

/// Semantics that depend on the Keras version that saved the file (the table in the Keras notes: one row, one member).
struct Era {
    std::string version = "2.15.0";       ///< as in the file
    bool hardSigmoid3 = false;            ///< relu6(x + 3) / 6 rather than clip(0.2x + 0.5, 0, 1)
    bool gruResetAfterDefault = true;     ///< when the config does not say
    std::string recurrentActivationDefault = "sigmoid";
};

/// Which formula a layer is read by, and which others would fit it as well.
struct FormulaChoice {
    std::string layer;                ///< with the layers around it: "outer/inner"
    std::string formula;              ///< empty where none was taken
    std::vector<std::string> others;  ///< the likeliest first
};

/// What a lowering function works with: the graph being built, and the way back to lower the layers inside a layer.
class Lowering {
public:
    virtual ~Lowering() = default;

    [[nodiscard]] virtual GraphBuilder& graph() = 0;
    [[nodiscard]] virtual const Catalogue& catalogue() const = 0;
    [[nodiscard]] virtual const Era& era() const = 0;
    /// The formula that the person chose for this layer, by name; empty for none.
    [[nodiscard]] virtual std::string chosenFormula(std::string_view layer) const = 0;
    /// Lowers a layer inside this one; its values are named after both ("bidirectional/forward_lstm/…").
    [[nodiscard]] virtual Result<std::vector<Flow>> lower(const Layer& layer, const std::vector<Flow>& inputs) = 0;
    /// A note for the person: an assumed default, a mask that is dropped.
    virtual void note(std::string message) = 0;
    /// Says which formula a layer is read by.
    virtual void readBy(FormulaChoice choice) = 0;
};

/// Turns one call of a layer into operations: input flows to output flows.
using LowerFunction = Result<std::vector<Flow>> (*)(Lowering& lowering, const Layer& layer,
                                                    const std::vector<Flow>& inputs);

/// A row of the table of layers.
struct LayerRow {
    std::string_view className;
    LowerFunction lower;
};

/// Every class with a lowering function of its own; attention classes come from the catalogue of formulas instead.
[[nodiscard]] std::span<const LayerRow> layerTable();

/// Lowers one call of a layer through the table or the catalogue; errors name the layer.
/// Code PythonCode for Lambda, code UnknownLayer for a class that neither knows.
[[nodiscard]] Result<std::vector<Flow>> lowerLayer(Lowering& lowering, const Layer& layer,
                                                   const std::vector<Flow>& inputs);

}  // namespace attnscope
