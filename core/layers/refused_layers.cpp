#include "layers/refused_layers.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

constexpr ErrorCode no = ErrorCode::Unsupported;

constexpr std::string_view python = "contains Python code; it is shown, not run";
constexpr std::string_view torch = "contains a module of PyTorch, which is Python code; it is shown, not run";
constexpr std::string_view jax = "contains a function of JAX, which is Python code; it is shown, not run";
constexpr std::string_view savedModel =
    "runs a SavedModel of TensorFlow, which is not in this file; it is shown, not run";
constexpr std::string_view pictures = "works on pictures, which are not read; texts and sequences of features are";
constexpr std::string_view films = "works on films or volumes, which are not read; texts and sequences of features are";
constexpr std::string_view convolvedStates =
    "keeps a convolved state for each place of a picture at each timestep, which is not computed; ConvLSTM1D is, and "
    "so are LSTM and GRU";
constexpr std::string_view sound = "makes a spectrogram of sound, which is not computed; start from the spectrogram";
constexpr std::string_view crossed = "hashes texts and numbers into categories, which is not computed";
constexpr std::string_view columns = "reads feature columns of TensorFlow, which are not in this file";
constexpr std::string_view experimental =
    "belongs to an experiment of TensorFlow that never left it, and is not computed";
constexpr std::string_view trainsOnly = "mixes labels into training data and has nothing to do in a trained model";

constexpr std::array rows{
    RefusedLayer{"AdaptiveAveragePooling2D", pictures, no},
    RefusedLayer{"AdaptiveAveragePooling3D", films, no},
    RefusedLayer{"AdaptiveMaxPooling2D", pictures, no},
    RefusedLayer{"AdaptiveMaxPooling3D", films, no},
    RefusedLayer{"AtrousConvolution2D", pictures, no},
    RefusedLayer{"AugMix", pictures, no},
    RefusedLayer{"AutoContrast", pictures, no},
    RefusedLayer{"AveragePooling3D", films, no},
    RefusedLayer{"CenterCrop", pictures, no},
    RefusedLayer{"ContrastLimitedAdaptiveHistogramEqualization", pictures, no},
    RefusedLayer{"Conv2DTranspose", pictures, no},
    RefusedLayer{"Conv3D", films, no},
    RefusedLayer{"Conv3DTranspose", films, no},
    RefusedLayer{"ConvLSTM2D", convolvedStates, no},
    RefusedLayer{"ConvLSTM3D", convolvedStates, no},
    RefusedLayer{"Convolution2DTranspose", pictures, no},
    RefusedLayer{"Convolution3D", films, no},
    RefusedLayer{"Convolution3DTranspose", films, no},
    RefusedLayer{"ConvRecurrent2D", convolvedStates, no},
    RefusedLayer{"Cropping3D", films, no},
    RefusedLayer{"CutMix", trainsOnly, no},
    RefusedLayer{"Deconvolution2D", pictures, no},
    RefusedLayer{"DenseFeatures", columns, no},
    RefusedLayer{"DynamicEmbedding", experimental, no},
    RefusedLayer{"DynamicLookup", experimental, no},
    RefusedLayer{"Equalization", pictures, no},
    RefusedLayer{"FlaxLayer", jax, ErrorCode::PythonCode},
    RefusedLayer{"GlobalAveragePooling3D", films, no},
    RefusedLayer{"GlobalMaxPooling3D", films, no},
    RefusedLayer{"HashedCrossing", crossed, no},
    RefusedLayer{"JaxLayer", jax, ErrorCode::PythonCode},
    RefusedLayer{"Lambda", python, ErrorCode::PythonCode},
    RefusedLayer{"LocallyConnected2D", pictures, no},
    RefusedLayer{"MaxNumBoundingBoxes", pictures, no},
    RefusedLayer{"MaxPooling3D", films, no},
    RefusedLayer{"MelSpectrogram", sound, no},
    RefusedLayer{"MixUp", trainsOnly, no},
    RefusedLayer{"Pipeline", pictures, no},
    RefusedLayer{"RandAugment", pictures, no},
    RefusedLayer{"RandomBrightness", pictures, no},
    RefusedLayer{"RandomColorDegeneration", pictures, no},
    RefusedLayer{"RandomColorJitter", pictures, no},
    RefusedLayer{"RandomContrast", pictures, no},
    RefusedLayer{"RandomCrop", pictures, no},
    RefusedLayer{"RandomElasticTransform", pictures, no},
    RefusedLayer{"RandomErasing", pictures, no},
    RefusedLayer{"RandomFlip", pictures, no},
    RefusedLayer{"RandomFourierFeatures", experimental, no},
    RefusedLayer{"RandomGaussianBlur", pictures, no},
    RefusedLayer{"RandomGrayscale", pictures, no},
    RefusedLayer{"RandomHeight", pictures, no},
    RefusedLayer{"RandomHue", pictures, no},
    RefusedLayer{"RandomInvert", pictures, no},
    RefusedLayer{"RandomPerspective", pictures, no},
    RefusedLayer{"RandomPosterization", pictures, no},
    RefusedLayer{"RandomRotation", pictures, no},
    RefusedLayer{"RandomSaturation", pictures, no},
    RefusedLayer{"RandomSharpness", pictures, no},
    RefusedLayer{"RandomShear", pictures, no},
    RefusedLayer{"RandomTranslation", pictures, no},
    RefusedLayer{"RandomWidth", pictures, no},
    RefusedLayer{"RandomZoom", pictures, no},
    RefusedLayer{"Resizing", pictures, no},
    RefusedLayer{"STFTSpectrogram", sound, no},
    RefusedLayer{"Solarization", pictures, no},
    RefusedLayer{"SpatialDropout3D", films, no},
    RefusedLayer{"TFSMLayer", savedModel, ErrorCode::PythonCode},
    RefusedLayer{"TorchModuleWrapper", torch, ErrorCode::PythonCode},
    RefusedLayer{"UpSampling3D", films, no},
    RefusedLayer{"ZeroPadding3D", films, no},
};

}  // namespace

std::span<const RefusedLayer> refusedLayers() {
    return rows;
}

const RefusedLayer* findRefusedLayer(std::string_view className) {
    const auto row = std::ranges::find(rows, className, &RefusedLayer::className);
    return row == rows.end() ? nullptr : &*row;
}

}  // namespace attnscope
