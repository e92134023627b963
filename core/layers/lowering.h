#pragma once

#include "formula/catalogue.h"
#include "graph/graph.h"
#include "layers/era.h"
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

/// Everything a layer is called with, as the file has it. A tensor stands in the JSON as {"tensor": i}, an index into
/// `tensors`; slices are {"slice": [start, stop, step]}, an ellipsis is {"ellipsis": true}.
struct CallArguments {
    nlohmann::json positional = nlohmann::json::array();
    nlohmann::json named = nlohmann::json::object();  ///< {"use_causal_mask": true, "value": {"tensor": 1}}
    std::vector<Flow> tensors;

    /// The tensor that is given as this argument; none if there is none, or something else.
    [[nodiscard]] std::optional<Flow> tensor(std::string_view name) const;
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
    /// The arguments of the call that is being lowered; those of the outer layer while layers inside it are.
    [[nodiscard]] virtual const CallArguments& arguments() const = 0;
    /// The formula that the person chose for this layer, by name; empty for none.
    [[nodiscard]] virtual std::string chosenFormula(std::string_view layer) const = 0;
    /// Lowers a layer inside this one; its values are named after both ("bidirectional/forward_lstm/…").
    [[nodiscard]] virtual Result<std::vector<Flow>> lower(const Layer& layer, const std::vector<Flow>& inputs) = 0;
    /// A note for the person: an assumed default, a mask that is dropped.
    virtual void note(std::string message) = 0;
    /// Says which formula a layer is read by.
    virtual void readBy(FormulaChoice choice) = 0;
};

/// Turns one call of a layer into operations: input flows to output flows. `inputs` are its positional tensors, then
/// the initial state; what else it is called with is in Lowering::arguments().
using LowerFunction = Result<std::vector<Flow>> (*)(Lowering& lowering, const Layer& layer,
                                                    const std::vector<Flow>& inputs);

/// A row of the table of layers.
struct LayerRow {
    std::string_view className;
    LowerFunction lower;
    /// Names of the arguments besides the inputs whose tensors it takes, separated by spaces.
    std::string_view arguments = {};
    /// A config entry that Keras's own class has and other people's of the same name do not; empty where there are
    /// none.
    std::string_view ownEntry = {};
};

/// Every class with a lowering function of its own; attention classes come from the catalogue of formulas instead.
[[nodiscard]] std::span<const LayerRow> layerTable();

/// Lowers one call of a layer through the table or the catalogue; errors name the layer.
/// Code PythonCode for Lambda, code UnknownLayer for a class that neither knows.
[[nodiscard]] Result<std::vector<Flow>> lowerLayer(Lowering& lowering, const Layer& layer,
                                                   const std::vector<Flow>& inputs);

}  // namespace attnscope
