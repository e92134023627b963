#include "model/lowering_driver.h"

#include "model/lost_masks.h"
#include "model/precision.h"
#include "structure/find_sites.h"

#include <algorithm>
#include <utility>

namespace attnscope {

namespace {

/// Values that a graph may have before one layer more is lowered; some layers take operations for each timestep.
constexpr std::uint32_t mostValues = 500'000;

/// Bytes of constants that a graph may hold beside the weights of the model: masks of ones, weights turned round.
constexpr std::int64_t mostMadeBytes = std::int64_t{1} << 30U;

/// The outputs of one call; none where it could not be lowered.
using CallFlows = std::optional<std::vector<Flow>>;

class LoweringDriver final : public Lowering {
public:
    LoweringDriver(const Model& model, const LoweringOptions& options, const Catalogue& catalogue)
        : m_model(model), m_options(options), m_catalogue(catalogue) {
        for (const auto& layer : model.layers()) m_parameters += layer->parameterCount();
    }

    [[nodiscard]] GraphBuilder& graph() override { return m_graph; }
    [[nodiscard]] const Catalogue& catalogue() const override { return m_catalogue; }
    [[nodiscard]] const Era& era() const override { return m_model.era(); }
    [[nodiscard]] const CallArguments& arguments() const override { return m_arguments; }

    [[nodiscard]] std::string chosenFormula(std::string_view layer) const override {
        // A nested layer can be meant by its whole name or by its own.
        for (const std::string_view name : {std::string_view(m_graph.layer()), layer}) {
            const auto chosen = m_options.layerFormulas.find(name);
            if (chosen != m_options.layerFormulas.end()) return chosen->second;
        }
        return {};
    }

    [[nodiscard]] Result<std::vector<Flow>> lower(const Layer& layer, const std::vector<Flow>& inputs) override {
        const std::string outside = m_graph.layer();
        m_graph.enterLayer(outside.empty() ? layer.name : outside + "/" + layer.name);
        CallArguments outer = std::exchange(m_arguments, {});
        Result<std::vector<Flow>> outputs = lowerEntered(layer, inputs);
        m_arguments = std::move(outer);
        m_graph.enterLayer(outside);
        return outputs;
    }

    void note(std::string message) override {
        if (std::ranges::find(m_notes, message) == m_notes.end()) m_notes.push_back(std::move(message));
    }

    void readBy(FormulaChoice choice) override {
        if (std::ranges::find(m_choices, choice.layer, &FormulaChoice::layer) == m_choices.end())
            m_choices.push_back(std::move(choice));
    }

    Result<LoweringOutcome> run(const std::vector<Shape>& inputShapes) && {
        if (const auto half = halfPrecision(m_model))
            note("layer " + half->layer + " is computed in half precision by Keras (" + half->policy +
                 "); everything is computed in float32 here, so that numbers may differ in the third digit");
        std::vector<std::optional<Flow>> inputs;
        for (std::size_t index = 0; index < inputShapes.size(); ++index) {
            const ModelInput& input = m_model.inputs()[index];
            inputs.push_back(Flow{m_graph.input(input.name, inputShapes[index]), std::nullopt});
            if (!input.problem) continue;
            inputs.back().reset();
            keepProblem(input.name, *input.problem);
        }
        for (const CallFlows& flows : runCalls(m_model, inputs, ""))
            if (flows) m_graph.output(flows->front().value);
        for (const AddedLayer& layer : m_options.addedLayers) {
            m_graph.enterLayer(layer.name);
            Result<Flow> output = addLayer(layer);
            if (output)
                keepOutput(layer.name, *output);
            else
                keepProblem(layer.name, std::move(output).error().within("layer " + layer.name));
        }
        GraphWithSites found = findSites(std::move(m_graph).build(), m_classes);
        for (std::string& remark : found.notes) note(std::move(remark));
        return LoweringOutcome{std::move(found.graph), std::move(m_notes), std::move(m_choices),
                               std::move(m_incomplete), std::move(m_problems)};
    }

private:
    /// Lowers a layer whose name the graph has entered.
    Result<std::vector<Flow>> lowerEntered(const Layer& layer, const std::vector<Flow>& inputs) {
        m_classes.emplace(m_graph.layer(), layer.className);
        if (m_values > mostValues)
            return fail(ErrorCode::Limit, "layer " + m_graph.layer() + ": the model needs more than " +
                                              std::to_string(mostValues) + " operations");
        if (layer.model == nullptr) {
            Result<std::vector<Flow>> outputs = lowerLayer(*this, layer, inputs);
            if (outputs && !outputs->empty()) ATTN_CHECK(count(outputs->front().value.index));
            return outputs;
        }
        m_calls += layer.model->calls().size();
        if (m_calls > mostCalls)
            return fail(ErrorCode::Limit, "layer " + m_graph.layer() + ": the model needs more than " +
                                              std::to_string(mostCalls) + " calls of layers");
        if (inputs.size() != layer.model->inputTensors().size()) {
            return fail(ErrorCode::Shape, "layer " + m_graph.layer() + ": " + std::to_string(inputs.size()) +
                                              " inputs found, " + std::to_string(layer.model->inputTensors().size()) +
                                              " expected");
        }
        std::vector<Flow> outputs;
        const std::string name = m_graph.layer();
        for (const CallFlows& flows : runCalls(*layer.model, {inputs.begin(), inputs.end()}, name + "/")) {
            // What went wrong inside is kept already; this is how it looks from outside.
            if (!flows) return fail(m_incomplete->code, "layer " + name + ": a layer inside it cannot be evaluated");
            outputs.push_back(flows->front());
        }
        return outputs;
    }

    /// Takes note of the graph's values up to one. Errors: constants that only the graph holds take too much memory.
    Status count(std::uint32_t last) {
        for (; m_values <= last; ++m_values) {
            const TensorPtr& constant = m_graph.value(ValueId{m_values}).constant;
            if (constant.use_count() == 1) m_madeBytes += static_cast<std::int64_t>(constant->size() * sizeof(float));
        }
        const std::int64_t limit = mostMadeBytes + 4 * m_parameters;
        if (m_madeBytes <= limit) return {};
        return fail(ErrorCode::Limit, "layer " + m_graph.layer() + ": the model needs " + std::to_string(m_madeBytes) +
                                          " bytes of constants, limit " + std::to_string(limit));
    }

    /// Runs a model's calls in order, as far as they do not need an input that is missing; gives its output tensors,
    /// each a list of one.
    std::vector<CallFlows> runCalls(const Model& model, const std::vector<std::optional<Flow>>& inputs,
                                    const std::string& prefix) {
        std::vector<CallFlows> done(model.calls().size());
        std::vector<bool> isInput(model.calls().size(), false);
        for (std::size_t index = 0; index < inputs.size(); ++index) {
            isInput[model.inputTensors()[index].call] = true;
            if (inputs[index]) done[model.inputTensors()[index].call] = std::vector<Flow>{*inputs[index]};
        }
        // A model inside a wrapper starts anew.
        if (!m_lost.contains(m_path)) {
            for (const auto& [path, tensors] : lostMasks(model)) {
                CallPath whole = m_path;
                whole.insert(whole.end(), path.begin(), path.end());
                m_lost.emplace(std::move(whole), tensors);
            }
        }
        const std::set<GivenTensor> lost = m_lost[m_path];
        for (std::size_t index = 0; index < model.calls().size(); ++index) {
            const LayerCall& call = model.calls()[index];
            const Layer& layer = *model.layers()[call.layer];
            const std::string name = prefix + layer.name;
            m_graph.enterLayer(name);
            if (!done[index] && !isInput[index]) {
                Result<CallFlows> outputs = runCall(model, index, done, lost, prefix);
                if (!outputs) {
                    keepProblem(name, std::move(outputs).error());
                    continue;
                }
                done[index] = *std::move(outputs);
            }
            if (done[index] && !done[index]->empty()) keepOutput(name, done[index]->front());
        }
        std::vector<CallFlows> outputs;
        for (const TensorRef& tensor : model.outputTensors()) {
            outputs.emplace_back();
            const Result<std::optional<Flow>> flow = flowOf(model, tensor, done);
            if (!flow) {
                keepProblem(prefix + model.layers()[model.calls()[tensor.call].layer]->name, flow.error());
            } else if (*flow) {
                outputs.back() = std::vector<Flow>{**flow};
            }
        }
        return outputs;
    }

    /// None where an input is missing because of an earlier problem.
    Result<CallFlows> runCall(const Model& model, std::size_t place, const std::vector<CallFlows>& done,
                              const std::set<GivenTensor>& lost, const std::string& prefix) {
        const LayerCall& call = model.calls()[place];
        const auto given = [&](const TensorRef& tensor) -> Result<std::optional<Flow>> {
            ATTN_TRY(std::optional<Flow> flow, flowOf(model, tensor, done));
            if (flow && lost.contains({place, {tensor.call, tensor.tensor}})) flow->mask.reset();
            return flow;
        };
        const Layer& layer = *model.layers()[call.layer];
        const std::string name = m_graph.layer();
        CallArguments arguments{call.positional, call.named, {}};
        for (const TensorRef& tensor : call.tensors) {
            ATTN_TRY(const std::optional<Flow> flow, given(tensor));
            if (!flow) return missing(model, tensor, prefix);
            arguments.tensors.push_back(*flow);
        }
        std::vector<Flow> inputs;
        for (std::size_t index = 0; index < call.inputs.size(); ++index) {
            ATTN_TRY(const std::optional<Flow> flow, given(call.inputs[index]));
            if (!flow) return missing(model, call.inputs[index], prefix);
            inputs.push_back(*flow);
            if (index >= call.masks.size() || !call.masks[index]) continue;
            ATTN_TRY(const std::optional<Flow> mask, flowOf(model, *call.masks[index], done));
            if (!mask) return missing(model, *call.masks[index], prefix);
            inputs.back().mask = mask->value;
        }
        if (call.training) note("layer " + name + " is called with training=True; it is evaluated as in inference");
        CallArguments outer = std::exchange(m_arguments, std::move(arguments));
        m_path.push_back(place);
        Result<std::vector<Flow>> outputs = lowerEntered(layer, inputs);
        m_path.pop_back();
        m_arguments = std::move(outer);
        if (!outputs) return fail(std::move(outputs).error());
        m_graph.enterLayer(name);
        return CallFlows(*std::move(outputs));
    }

    /// Notes that the call that is being lowered lacks a tensor.
    CallFlows missing(const Model& model, const TensorRef& tensor, const std::string& prefix) {
        const std::string source = prefix + model.layers()[model.calls()[tensor.call].layer]->name;
        m_problems.try_emplace(m_graph.layer(),
                               LayerProblem{"needs layer " + source + ", which cannot be evaluated", true});
        return std::nullopt;
    }

    /// None where the call was not lowered; an error where it has no such output.
    static Result<std::optional<Flow>> flowOf(const Model& model, const TensorRef& tensor,
                                              const std::vector<CallFlows>& done) {
        const CallFlows& flows = done[tensor.call];
        if (!flows) return std::nullopt;
        if (tensor.tensor < flows->size()) return (*flows)[tensor.tensor];
        return fail(ErrorCode::Format, "layer " + model.layers()[model.calls()[tensor.call].layer]->name + ": output " +
                                           std::to_string(tensor.tensor) + " is used, but it gives " +
                                           std::to_string(flows->size()));
    }

    /// A layer beside the model, on what layers of the model (the first call of each) and earlier added ones give.
    Result<Flow> addLayer(const AddedLayer& layer) {
        if (m_model.layerNamed(layer.name) != nullptr || m_outputs.contains(layer.name))
            return fail(ErrorCode::InvalidInput, "there is another layer of that name");
        std::vector<Flow> inputs;
        for (const std::string& input : layer.inputs) {
            const auto given = m_outputs.find(input);
            if (given == m_outputs.end())
                return fail(ErrorCode::NotFound,
                            "it is given what layer " + input + " makes, which does not exist or cannot be evaluated");
            inputs.push_back(given->second);
        }
        return lowerAddedLayer(*this, layer, inputs);
    }

    void keepOutput(const std::string& name, const Flow& output) {
        m_graph.layerOutput(name, output.value);
        m_outputs.try_emplace(name, output);
    }

    void keepProblem(const std::string& name, Error error) {
        m_problems.try_emplace(name, LayerProblem{error.text()});
        if (!m_incomplete) m_incomplete = std::move(error);
    }

    const Model& m_model;
    const LoweringOptions& m_options;
    const Catalogue& m_catalogue;
    GraphBuilder m_graph;
    std::map<std::string, Flow> m_outputs;  ///< of every layer's first call
    CallArguments m_arguments;              ///< of the call that is being lowered
    CallPath m_path;                        ///< of the model that is being lowered
    LostMasks m_lost;
    std::map<std::string, std::string, std::less<>> m_classes;  ///< of the layers that were lowered, by path
    std::size_t m_calls = 0;                                    ///< inside nested models
    std::uint32_t m_values = 0;    ///< how many the graph had when the last output was made
    std::int64_t m_madeBytes = 0;  ///< of constants among those that no weight of the model shares
    std::int64_t m_parameters = 0;
    std::vector<std::string> m_notes;
    std::vector<FormulaChoice> m_choices;
    std::optional<Error> m_incomplete;
    std::map<std::string, LayerProblem, std::less<>> m_problems;
};

/// Extents without the batch as messages show them: "(70, ?)".
std::string expectedText(const ModelInput& input) {
    std::string text = "(batch";
    for (const auto& extent : input.extents) text += ", " + (extent ? std::to_string(*extent) : std::string("?"));
    return text + ")";
}

Status checkShape(const ModelInput& input, const Shape& shape) {
    bool fits = shape.rank() == input.extents.size() + 1;
    for (std::size_t axis = 0; fits && axis < shape.rank(); ++axis) {
        fits = shape[axis] >= 1;
        if (axis > 0 && input.extents[axis - 1]) fits = fits && shape[axis] == *input.extents[axis - 1];
    }
    if (fits) return {};
    return fail(ErrorCode::Shape,
                "input " + input.name + ": shape " + shape.text() + " found, " + expectedText(input) + " expected");
}

}  // namespace

Result<LoweringOutcome> runLowering(const Model& model, const std::vector<Shape>& inputShapes,
                                    const LoweringOptions& options) {
    if (inputShapes.size() != model.inputs().size()) {
        return fail(ErrorCode::InvalidInput, std::to_string(inputShapes.size()) + " inputs given, the model takes " +
                                                 std::to_string(model.inputs().size()));
    }
    for (std::size_t index = 0; index < inputShapes.size(); ++index)
        ATTN_CHECK(checkShape(model.inputs()[index], inputShapes[index]));
    static const Catalogue noFormulas;
    const Catalogue& catalogue = options.catalogue != nullptr ? *options.catalogue : noFormulas;
    return LoweringDriver(model, options, catalogue).run(inputShapes);
}

Result<LoweringOptions> withOwnFormula(const LoweringOptions& options, const std::string& layer,
                                       const std::string& name, std::string_view source) {
    auto catalogue =
        options.catalogue != nullptr ? std::make_shared<Catalogue>(*options.catalogue) : std::make_shared<Catalogue>();
    ATTN_CHECK(catalogue->add(name, source));
    LoweringOptions result = options;
    result.catalogue = std::move(catalogue);
    result.layerFormulas[layer] = name;
    return result;
}

Result<LoweredModel> lowerModel(const Model& model, const std::vector<Shape>& inputShapes,
                                const LoweringOptions& options) {
    ATTN_TRY(LoweringOutcome outcome, runLowering(model, inputShapes, options));
    return LoweredModel{std::move(outcome.graph), std::move(outcome.notes), std::move(outcome.choices),
                        std::move(outcome.incomplete)};
}

}  // namespace attnscope
