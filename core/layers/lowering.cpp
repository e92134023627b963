#include "layers/lowering.h"

#include "base/text.h"
#include "layers/lower_functions.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

constexpr std::string_view headArguments = "value key attention_mask query_mask value_mask key_mask";

constexpr std::array rows{
    LayerRow{"Activation", lowerActivation},
    LayerRow{"ActivityRegularization", lowerPassThrough},
    LayerRow{"Add", lowerAdd},
    LayerRow{"AdditiveAttention", lowerAdditiveAttention, {}, "use_scale"},
    LayerRow{"AlphaDropout", lowerPassThrough},
    LayerRow{"Attention", lowerDotAttention, {}, "use_scale"},
    LayerRow{"Average", lowerAverage},
    LayerRow{"AveragePooling1D", lowerAveragePooling1D},
    LayerRow{"BatchNormalization", lowerBatchNormalization},
    LayerRow{"BatchNormalizationV1", lowerBatchNormalization},
    LayerRow{"Bidirectional", lowerBidirectional},
    LayerRow{"Concatenate", lowerConcatenate},
    LayerRow{"Conv1D", lowerConv1D},
    LayerRow{"Convolution1D", lowerConv1D},
    LayerRow{"Cropping1D", lowerCropping1D},
    LayerRow{"Dense", lowerDense},
    LayerRow{"Dot", lowerDot},
    LayerRow{"Dropout", lowerPassThrough},
    LayerRow{"ELU", lowerEluLayer},
    LayerRow{"Embedding", lowerEmbedding},
    LayerRow{"Flatten", lowerFlatten},
    LayerRow{"GRU", lowerGru},
    LayerRow{"GaussianDropout", lowerPassThrough},
    LayerRow{"GaussianNoise", lowerPassThrough},
    LayerRow{"GlobalAveragePooling1D", lowerGlobalAveragePooling1D},
    LayerRow{"GlobalMaxPooling1D", lowerGlobalMaxPooling1D},
    LayerRow{"GroupQueryAttention", lowerGroupQueryAttention, headArguments, "num_query_heads"},
    LayerRow{"GroupedQueryAttention", lowerGroupQueryAttention, headArguments, "num_query_heads"},
    LayerRow{"LSTM", lowerLstm},
    LayerRow{"LayerNormalization", lowerLayerNormalization},
    LayerRow{"LeakyReLU", lowerLeakyRelu},
    LayerRow{"Masking", lowerMasking},
    LayerRow{"MaxPooling1D", lowerMaxPooling1D},
    LayerRow{"Maximum", lowerMaximum},
    LayerRow{"Minimum", lowerMinimum},
    LayerRow{"MultiHeadAttention", lowerMultiHeadAttention, headArguments, "num_heads"},
    LayerRow{"Multiply", lowerMultiply},
    LayerRow{"PReLU", lowerPRelu},
    LayerRow{"Permute", lowerPermute},
    LayerRow{"ReLU", lowerReluLayer},
    LayerRow{"RepeatVector", lowerRepeatVector},
    LayerRow{"Reshape", lowerReshape},
    LayerRow{"SimpleRNN", lowerSimpleRnn},
    LayerRow{"Softmax", lowerSoftmaxLayer},
    LayerRow{"SpatialDropout1D", lowerPassThrough},
    LayerRow{"Subtract", lowerSubtract},
    LayerRow{"ThresholdedReLU", lowerThresholdedRelu},
    LayerRow{"TimeDistributed", lowerTimeDistributed},
    LayerRow{"UpSampling1D", lowerUpSampling1D},
    LayerRow{"ZeroPadding1D", lowerZeroPadding1D},
};

bool holdsTensor(const nlohmann::json& argument) {
    if (argument.is_object() && argument.contains("tensor")) return true;
    return argument.is_structured() && std::ranges::any_of(argument, holdsTensor);
}

bool holdsConstant(const nlohmann::json& argument) {
    if (argument.is_array()) return std::ranges::any_of(argument, holdsConstant);
    return argument.is_object() ? !argument.contains("tensor") && std::ranges::any_of(argument, holdsConstant)
                                : !argument.is_null();
}

/// A layer must understand what it is called with; only tensors matter, as its config has all that it needs otherwise.
Status checkArguments(const CallArguments& arguments, std::string_view taken) {
    if (holdsConstant(arguments.positional))
        return fail(ErrorCode::Unsupported, "one of its inputs is a constant, which is not supported yet");
    std::vector<std::string> known = split(taken, ' ');
    known.insert(known.end(), {"mask", "initial_state", "inputs", "sequences", "sequence", "query", "x"});
    for (const auto& [name, value] : arguments.named.items()) {
        if (std::ranges::find(known, name) == known.end() && holdsTensor(value))
            return fail(ErrorCode::Unsupported,
                        "it is given a tensor as its argument " + name + ", which is not supported yet");
    }
    return {};
}

Result<std::vector<Flow>> dispatch(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    const Catalogue& catalogue = lowering.catalogue();
    if (const std::string chosen = lowering.chosenFormula(layer.name); !chosen.empty()) {
        const Formula* formula = catalogue.find(chosen);
        if (formula == nullptr) return fail(ErrorCode::NotFound, "there is no formula named '" + chosen + "'");
        return lowerAttention(lowering, layer, inputs, {formula});
    }
    const auto row = std::ranges::find(rows, layer.className, &LayerRow::className);
    const bool isKeras = row != rows.end() && (row->ownEntry.empty() || layer.config.has(row->ownEntry));
    // People give their own layers the names of Keras's; what tells them apart is whether a formula fits.
    const std::vector<const Formula*> serving = catalogue.serving(layer.className);
    if (isKeras && !anyFormulaFits(lowering, layer, inputs, serving)) {
        ATTN_CHECK(checkArguments(lowering.arguments(), row->arguments));
        return row->lower(lowering, layer, inputs);
    }
    if (!serving.empty()) return lowerAttention(lowering, layer, inputs, serving);
    offerFormulas(lowering, layer, inputs);
    if (layer.className == "Lambda")
        return fail(ErrorCode::PythonCode, "layer " + layer.name + " contains Python code; it is shown, not run");
    return fail(ErrorCode::UnknownLayer,
                "layer " + layer.name + ": class " + layer.className + " is not known; choose a formula for it");
}

/// Whether an error says already which layer it is about.
bool namesLayer(const Error& error) {
    if (!error.context.empty()) return error.context.front().starts_with("layer ");
    return error.message.starts_with("layer ");
}

}  // namespace

std::optional<Flow> CallArguments::tensor(std::string_view name) const {
    const auto argument = named.find(name);
    if (argument == named.end() || !argument->is_object() || !argument->contains("tensor")) return std::nullopt;
    return tensors[(*argument)["tensor"].get<std::size_t>()];
}

std::span<const LayerRow> layerTable() {
    return rows;
}

Result<std::vector<Flow>> lowerLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    const std::string path = lowering.graph().layer().empty() ? layer.name : lowering.graph().layer();
    Result<std::vector<Flow>> outputs = dispatch(lowering, layer, inputs);
    if (outputs || namesLayer(outputs.error())) return outputs;
    return failWithin("layer " + path, std::move(outputs).error());
}

}  // namespace attnscope
