#pragma once

#include "base/result.h"
#include "layers/added_layer.h"
#include "layers/lowering.h"
#include "layers/text_layers.h"
#include "model/archive.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace attnscope {

/// One output tensor of one call of one layer.
struct TensorRef {
    std::size_t call = 0;    ///< index into Model::calls()
    std::size_t tensor = 0;  ///< which of that call's outputs
};

/// A layer applied to tensors; a shared layer has several calls.
struct LayerCall {
    std::size_t layer = 0;  ///< index into Model::layers()
    std::vector<TensorRef> inputs;
    /// Every tensor it is given, and all its arguments in the notation of CallArguments.
    std::vector<TensorRef> tensors;
    nlohmann::json positional = nlohmann::json::array();
    nlohmann::json named = nlohmann::json::object();
    /// Explicit masks, one for each input; shorter if the rest keeps the mask that travels with it.
    std::vector<std::optional<TensorRef>> masks;
    bool training = false;  ///< the file calls it with training=True
};

/// What a model wants to be given.
struct ModelInput {
    std::string name;  ///< the InputLayer's name
    /// Extents without the batch axis, of the token ids where the input is text; an empty optional is any length.
    std::vector<std::optional<std::int64_t>> extents;
    /// True when the input is text, or goes into an Embedding or a lookup: token ids, not measurements.
    bool tokenIds = false;
    /// For token ids: number of rows of the embedding.
    std::int64_t vocabularySize = 0;
    /// For token ids: the embedding masks id 0.
    bool masksZero = false;
    /// For token ids: how a sequence gets the input's length; pad_sequences's defaults where no layer says otherwise.
    Padding padding = {};
    /// The layer that makes token ids of the text that this input is; none where token ids or numbers go in.
    std::optional<TextReading> text = {};
    /// Why nothing can go in: the input is text that no layer makes token ids of.
    std::optional<Error> problem = {};
};

/// A model file understood: layers with weights and how they are connected. Immutable; an invalid one cannot exist.
class Model {
public:
    /// Reads the config of an archive and gives every layer its weights. Errors name layer and weight, shape found and
    /// shape expected. Layers of unknown classes are kept and listed; they fail when lowered.
    [[nodiscard]] static Result<std::shared_ptr<const Model>> fromArchive(Archive archive);

    /// A model that is nothing but an input of numbers [time, features]: what a numeric sequence is looked at with
    /// where there is no model. It has no outputs; layers can be added to it (LoweringOptions::addedLayers).
    [[nodiscard]] static std::shared_ptr<const Model> ofNumbers(std::int64_t features);
    /// The name of that input's layer.
    static constexpr const char* numbersLayer = "sequence";

    [[nodiscard]] const std::string& name() const { return m_name; }
    /// The layer with this name, "outer/inner" for one inside another; nullptr if there is none.
    [[nodiscard]] const Layer* layerNamed(std::string_view layerName) const;
    /// The file format, e.g. "Keras HDF5, Keras 2.15.0".
    [[nodiscard]] const std::string& format() const { return m_format; }
    [[nodiscard]] const Era& era() const { return m_era; }
    [[nodiscard]] const std::vector<std::shared_ptr<const Layer>>& layers() const { return m_layers; }
    /// In an order in which they can run.
    [[nodiscard]] const std::vector<LayerCall>& calls() const { return m_calls; }
    [[nodiscard]] const std::vector<TensorRef>& inputTensors() const { return m_inputTensors; }
    [[nodiscard]] const std::vector<TensorRef>& outputTensors() const { return m_outputTensors; }
    [[nodiscard]] const std::vector<ModelInput>& inputs() const { return m_inputs; }
    [[nodiscard]] std::int64_t parameterCount() const;

private:
    friend class ModelReader;
    Model() = default;

    std::string m_name;
    std::string m_format;
    Era m_era;
    std::vector<std::shared_ptr<const Layer>> m_layers;
    std::vector<LayerCall> m_calls;
    std::vector<TensorRef> m_inputTensors;
    std::vector<TensorRef> m_outputTensors;
    std::vector<ModelInput> m_inputs;
};

/// How to lower: the formulas at hand, which the person chose for which layer, and the layers added to the model's own.
struct LoweringOptions {
    std::shared_ptr<const Catalogue> catalogue;
    std::map<std::string, std::string, std::less<>> layerFormulas;
    std::vector<AddedLayer> addedLayers = {};  ///< a later one can be given what an earlier one makes
};

/// The options with one layer ("outer/inner") read by a formula that the person wrote: it joins a copy of the catalogue
/// under `name`, instead of one that has the name already, and is chosen for the layer. Weights that are not called as
/// it says are taken in the file's order. Errors: as Formula::parse.
[[nodiscard]] Result<LoweringOptions> withOwnFormula(const LoweringOptions& options, const std::string& layer,
                                                     const std::string& name, std::string_view source);

/// A graph, and what lowering had to tell.
struct LoweredModel {
    Graph graph;
    std::vector<std::string> notes;
    std::vector<FormulaChoice> choices;  ///< one for each layer that a formula reads, or could read
    /// The first layer that could not be lowered, if any; everything that does not depend on it is in the graph.
    std::optional<Error> incomplete;
};

/// Lowers a model for inputs of these shapes (batch axis first, in the order of Model::inputs()). A layer that cannot
/// be lowered (unknown class, Python code, shapes that do not fit) does not spoil the rest: the graph holds what does
/// not depend on it, and `incomplete` says why. Errors: a wrong number of inputs or an input shape that does not fit.
[[nodiscard]] Result<LoweredModel> lowerModel(const Model& model, const std::vector<Shape>& inputShapes,
                                              const LoweringOptions& options);

/// A trained tensor as lists show it.
struct WeightSummary {
    /// As the file has it: "attention/attention_W:0"; where it only numbers weights, as the layer calls it: "W".
    std::string name;
    std::string shape;  ///< "(128, 1)"
};

/// One layer of a model as a list shows it.
struct LayerSummary {
    std::string name;                    ///< nested layers as "outer/inner"
    std::shared_ptr<const Layer> layer;  ///< null for an added one
    std::string className;
    /// Output shape with "?" where it depends on the sequence's length: "(?, 128)"; empty if it cannot be told.
    std::string shape;
    std::int64_t parameters = 0;
    bool isSite = false;
    std::size_t depth = 0;                   ///< nesting: 0 for the model's own layers
    std::string problem;                     ///< why it cannot be evaluated; empty if it can
    bool waits = false;                      ///< the problem is that of a layer before it
    std::vector<std::string> sites;          ///< names of its attention sites, one for each time it is called
    std::vector<WeightSummary> weights;      ///< its own, in the file's order
    std::string formula;                     ///< the formula that it is read by; empty for none
    std::vector<std::string> otherFormulas;  ///< what would fit it as well, the likeliest first
    bool added = false;                      ///< one of LoweringOptions::addedLayers
    bool needsFormula = false;               ///< nothing knows its class: a formula has to be given for it
};

/// The names of a layer's own weights, in the file's order.
[[nodiscard]] std::vector<std::string> weightNames(const LayerSummary& layer);

/// The layers with output shapes (without the batch axis), the added ones last. Lengths that a file leaves open are
/// shown as "?".
[[nodiscard]] std::vector<LayerSummary> summarize(const Model& model, const LoweringOptions& options);

}  // namespace attnscope
