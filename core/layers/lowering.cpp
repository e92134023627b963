#include "layers/lowering.h"

#include "base/text.h"
#include "layers/adapted_weights.h"
#include "layers/channels_first.h"
#include "layers/lower_functions.h"
#include "layers/quantized_layer.h"
#include "layers/refused_layers.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

constexpr std::string_view headArguments = "value key attention_mask query_mask value_mask key_mask";

constexpr std::array rows{
    LayerRow{"Activation", lowerActivation},
    LayerRow{"ActivityRegularization", lowerPassThrough},
    LayerRow{"AdaptiveAveragePooling1D", lowerAdaptiveAveragePooling1D},
    LayerRow{"AdaptiveMaxPooling1D", lowerAdaptiveMaxPooling1D},
    LayerRow{"Add", lowerAdd},
    LayerRow{"AdditiveAttention", lowerAdditiveAttention, {}, "use_scale"},
    LayerRow{"AlphaDropout", lowerPassThrough},
    LayerRow{"Attention", lowerDotAttention, {}, "use_scale"},
    LayerRow{"AtrousConvolution1D", lowerConv1D},
    LayerRow{"Average", lowerAverage},
    LayerRow{"AveragePooling1D", lowerAveragePooling1D},
    LayerRow{"AveragePooling2D", lowerAveragePooling2D},
    LayerRow{"BatchNormalization", lowerBatchNormalization},
    LayerRow{"BatchNormalizationV1", lowerBatchNormalization},
    LayerRow{"Bidirectional", lowerBidirectional},
    LayerRow{"CategoryEncoding", lowerCategoryEncoding},
    LayerRow{"Concatenate", lowerConcatenate},
    LayerRow{"Conv1D", lowerConv1D},
    LayerRow{"Conv1DTranspose", lowerConv1DTranspose},
    LayerRow{"Conv2D", lowerConv2D},
    LayerRow{"ConvLSTM1D", lowerConvLstm1D},
    LayerRow{"Convolution1D", lowerConv1D},
    LayerRow{"Convolution1DTranspose", lowerConv1DTranspose},
    LayerRow{"Convolution2D", lowerConv2D},
    LayerRow{"Cropping1D", lowerCropping1D},
    LayerRow{"Cropping2D", lowerCropping2D},
    LayerRow{"CuDNNGRU", lowerCuDnnGru},
    LayerRow{"CuDNNLSTM", lowerCuDnnLstm},
    LayerRow{"Dense", lowerDense},
    LayerRow{"DepthwiseConv1D", lowerDepthwiseConv1D},
    LayerRow{"DepthwiseConv2D", lowerDepthwiseConv2D},
    LayerRow{"Discretization", lowerDiscretization},
    LayerRow{"Dot", lowerDot},
    LayerRow{"Dropout", lowerPassThrough},
    LayerRow{"ELU", lowerEluLayer},
    LayerRow{"EinsumDense", lowerEinsumDense},
    LayerRow{"Embedding", lowerEmbedding},
    LayerRow{"Flatten", lowerFlatten},
    LayerRow{"GRU", lowerGru},
    LayerRow{"GaussianDropout", lowerPassThrough},
    LayerRow{"GaussianNoise", lowerPassThrough},
    LayerRow{"GlobalAveragePooling1D", lowerGlobalAveragePooling1D},
    LayerRow{"GlobalAveragePooling2D", lowerGlobalAveragePooling2D},
    LayerRow{"GlobalMaxPooling1D", lowerGlobalMaxPooling1D},
    LayerRow{"GlobalMaxPooling2D", lowerGlobalMaxPooling2D},
    LayerRow{"GroupNormalization", lowerGroupNormalization},
    LayerRow{"GroupQueryAttention", lowerGroupQueryAttention, headArguments, "num_query_heads"},
    LayerRow{"GroupedQueryAttention", lowerGroupQueryAttention, headArguments, "num_query_heads"},
    LayerRow{"Hashing", lowerHashing},
    LayerRow{"Highway", lowerHighway},
    LayerRow{"Identity", lowerIdentity},
    LayerRow{"IntegerLookup", lowerIntegerLookup},
    LayerRow{"LSTM", lowerLstm},
    LayerRow{"LayerNormalization", lowerLayerNormalization},
    LayerRow{"LeakyReLU", lowerLeakyRelu},
    LayerRow{"LocallyConnected1D", lowerLocallyConnected1D},
    LayerRow{"Masking", lowerMasking},
    LayerRow{"MaxPooling1D", lowerMaxPooling1D},
    LayerRow{"MaxPooling2D", lowerMaxPooling2D},
    LayerRow{"Maximum", lowerMaximum},
    LayerRow{"MaxoutDense", lowerMaxoutDense},
    LayerRow{"Merge", lowerMerge},
    LayerRow{"Minimum", lowerMinimum},
    LayerRow{"MultiHeadAttention", lowerMultiHeadAttention, headArguments, "num_heads"},
    LayerRow{"Multiply", lowerMultiply},
    LayerRow{"Normalization", lowerNormalization},
    LayerRow{"PReLU", lowerPRelu},
    LayerRow{"ParametricSoftplus", lowerParametricSoftplus},
    LayerRow{"Permute", lowerPermute},
    LayerRow{"RMSNormalization", lowerRmsNormalization},
    LayerRow{"RNN", lowerRnn},
    LayerRow{"ReLU", lowerReluLayer},
    LayerRow{"RepeatVector", lowerRepeatVector},
    LayerRow{"Rescaling", lowerRescaling},
    LayerRow{"Reshape", lowerReshape},
    LayerRow{"ReversibleEmbedding", lowerReversibleEmbedding},
    LayerRow{"SReLU", lowerSRelu},
    LayerRow{"SeparableConv1D", lowerSeparableConv1D},
    LayerRow{"SeparableConv2D", lowerSeparableConv2D},
    LayerRow{"SeparableConvolution1D", lowerSeparableConv1D},
    LayerRow{"SeparableConvolution2D", lowerSeparableConv2D},
    LayerRow{"SimpleRNN", lowerSimpleRnn},
    LayerRow{"Softmax", lowerSoftmaxLayer},
    LayerRow{"SpatialDropout1D", lowerPassThrough},
    LayerRow{"SpatialDropout2D", lowerPassThrough},
    LayerRow{"SpectralNormalization", lowerSpectralNormalization},
    LayerRow{"StringLookup", lowerTextLayer},
    LayerRow{"Subtract", lowerSubtract},
    LayerRow{"SyncBatchNormalization", lowerBatchNormalization},
    LayerRow{"TextVectorization", lowerTextLayer},
    LayerRow{"ThresholdedReLU", lowerThresholdedRelu},
    LayerRow{"TimeDistributed", lowerTimeDistributed},
    LayerRow{"TimeDistributedDense", lowerDense},
    LayerRow{"UnitNormalization", lowerUnitNormalization},
    LayerRow{"UpSampling1D", lowerUpSampling1D},
    LayerRow{"UpSampling2D", lowerUpSampling2D},
    LayerRow{"ZeroPadding1D", lowerZeroPadding1D},
    LayerRow{"ZeroPadding2D", lowerZeroPadding2D},
};

/// Layers whose supports_masking is false in standalone Keras (keras/layers of 2.3.1); GlobalAveragePooling1D got it in
/// 2.2.3, Dense in 2.0.
bool supportsMasks(const Era& era, std::string_view className) {
    constexpr std::array without{
        std::string_view("AtrousConvolution1D"),
        std::string_view("AveragePooling1D"),
        std::string_view("AveragePooling2D"),
        std::string_view("Conv1D"),
        std::string_view("Conv2D"),
        std::string_view("Convolution1D"),
        std::string_view("Convolution2D"),
        std::string_view("Cropping1D"),
        std::string_view("Cropping2D"),
        std::string_view("DepthwiseConv1D"),
        std::string_view("DepthwiseConv2D"),
        std::string_view("Flatten"),
        std::string_view("GlobalMaxPooling1D"),
        std::string_view("GlobalMaxPooling2D"),
        std::string_view("Highway"),
        std::string_view("LocallyConnected1D"),
        std::string_view("MaxPooling1D"),
        std::string_view("MaxPooling2D"),
        std::string_view("MaxoutDense"),
        std::string_view("Permute"),
        std::string_view("RepeatVector"),
        std::string_view("Reshape"),
        std::string_view("SeparableConv1D"),
        std::string_view("SeparableConv2D"),
        std::string_view("SeparableConvolution2D"),
        std::string_view("UpSampling1D"),
        std::string_view("UpSampling2D"),
        std::string_view("ZeroPadding1D"),
        std::string_view("ZeroPadding2D"),
    };
    if (className == "Dense" || className == "GlobalAveragePooling1D") return era.generation != Generation::Keras1;
    return std::ranges::find(without, className) == without.end();
}

/// What Keras would have refused has no numbers to be true to.
Status checkMasks(const Era& era, const Layer& layer, const std::vector<Flow>& inputs) {
    if (!era.refusesLostMasks || supportsMasks(era, layer.className)) return {};
    if (std::ranges::none_of(inputs, [](const Flow& input) { return input.mask.has_value(); })) return {};
    return fail(ErrorCode::Unsupported,
                "it is given a mask but does not support masking; Keras " + era.version + " refuses such a model");
}

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

/// Lowers a layer of Keras's own, with its weights and the order of its axes as the row's function expects them.
Result<std::vector<Flow>> lowerByRow(Lowering& lowering, const LayerRow& row, const Layer& layer,
                                     const std::vector<Flow>& inputs) {
    if (isAdapted(layer)) {
        // keras/src/layers/core/dense.py, kernel: the adaptation belongs to the scaled weights.
        if (!quantizationOf(layer).empty())
            return fail(ErrorCode::Unsupported, "its weights are quantized and adapted (lora_rank); save it merged");
        ATTN_TRY(const Layer merged, withAdaptationMerged(layer));
        return lowerByRow(lowering, row, merged, inputs);
    }
    ATTN_TRY(const bool channelsFirst, hasChannelsFirst(lowering.era(), layer));
    if (channelsFirst) return lowerChannelsFirst(lowering, layer, inputs, row.lower);
    if (!quantizationOf(layer).empty()) return lowerQuantized(lowering, layer, inputs, row.lower);
    return row.lower(lowering, layer, inputs);
}

Result<std::vector<Flow>> dispatch(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    const Catalogue& catalogue = lowering.catalogue();
    if (const std::string chosen = lowering.chosenFormula(layer.name); !chosen.empty()) {
        const Formula* formula = catalogue.find(chosen);
        if (formula == nullptr) return fail(ErrorCode::NotFound, "there is no formula named '" + chosen + "'");
        return lowerAttention(lowering, layer, inputs, {formula});
    }
    if (isOperationNode(layer)) return lowerOperation(lowering, layer, inputs);
    const auto row = layer.custom ? rows.end() : std::ranges::find(rows, layer.className, &LayerRow::className);
    const bool isKeras = row != rows.end() && (row->ownEntry.empty() || layer.config.has(row->ownEntry));
    // People give their own layers the names of Keras's; what tells them apart is whether a formula fits.
    const std::vector<const Formula*> serving = catalogue.serving(layer.className);
    if (isKeras && !anyFormulaFits(lowering, layer, inputs, serving)) {
        ATTN_CHECK(checkArguments(lowering.arguments(), row->arguments));
        ATTN_CHECK(checkMasks(lowering.era(), layer, inputs));
        return lowerByRow(lowering, *row, layer, inputs);
    }
    if (!serving.empty()) return lowerAttention(lowering, layer, inputs, serving);
    const RefusedLayer* refused = layer.custom ? nullptr : findRefusedLayer(layer.className);
    if (refused == nullptr || refused->code == ErrorCode::PythonCode) offerFormulas(lowering, layer, inputs);
    if (refused != nullptr) return fail(refused->code, "layer " + layer.name + " " + std::string(refused->reason));
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
