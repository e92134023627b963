#pragma once

#include "model/model.h"

/// How a model becomes a graph; private to this room.
namespace attnscope {

/// Calls of layers that a graph may be made of, those inside nested models counted each time the model is called:
/// models that call models a few times each could ask for any number.
constexpr std::size_t mostCalls = 50'000;

/// Why a layer is not in the graph.
struct LayerProblem {
    std::string text;
    bool ofAnother = false;  ///< it only lacks what another layer would give
};

/// A graph with everything that a list of layers wants to know.
struct LoweringOutcome {
    Graph graph;
    std::vector<std::string> notes;
    std::vector<FormulaChoice> choices;  ///< one for each layer that a formula reads, or could read
    /// What kept the first layer from being lowered.
    std::optional<Error> incomplete;
    /// Why layers are not in the graph, by their names ("outer/inner").
    std::map<std::string, LayerProblem, std::less<>> problems;
};

/// What lowerModel does, with every layer's problem. Errors as lowerModel.
[[nodiscard]] Result<LoweringOutcome> runLowering(const Model& model, const std::vector<Shape>& inputShapes,
                                                  const LoweringOptions& options);

}  // namespace attnscope
