#include "formats/unsupported_formats.h"

#include "base/read_file.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

namespace attnscope {

namespace {

/// A format known by its first bytes or its extensions.
struct KnownFormat {
    std::string_view name;
    std::string_view signature;
    std::size_t offset;
    std::vector<std::string_view> extensions;
    std::string_view advice;  ///< what to do instead
};

const std::vector<KnownFormat>& knownFormats() {
    using namespace std::string_view_literals;
    constexpr auto expected = "a whole model saved by Keras as .keras or .h5 was expected"sv;
    constexpr auto origin = "open the Keras model that it was made from, saved as .keras or .h5"sv;
    constexpr auto load = "load it into its Keras model and save that as .keras or .h5"sv;
    static const std::vector<KnownFormat> formats{
        {"NumPy data, an input rather than a model"sv, "\x93NUMPY"sv, 0, {".npy"sv}, expected},
        {"a TensorFlow Lite model, which is not supported yet"sv, "TFL3"sv, 4, {".tflite"sv}, origin},
        {"a GGUF model, which is not supported yet"sv, "GGUF"sv, 0, {".gguf"sv}, expected},
        {"an ONNX model, which is not supported yet"sv, {}, 0, {".onnx"sv}, origin},
        {"a safetensors file, which is not supported yet"sv, {}, 0, {".safetensors"sv}, load},
        {"a TensorFlow graph, which is not supported yet"sv,
         {},
         0,
         {".pb"sv, ".pbtxt"sv},
         "load its folder in Keras and save the model as .keras or .h5"sv},
        {"a TensorFlow checkpoint, which is not supported yet"sv, {}, 0, {".ckpt"sv, ".index"sv}, load},
        {"JSON, without weights"sv,
         {},
         0,
         {".json"sv},
         "open the file of weights: an architecture beside it is found by itself"sv},
        {"YAML, which is not supported"sv,
         {},
         0,
         {".yaml"sv, ".yml"sv},
         "export the architecture as JSON (model.to_json()) and open the file of weights"sv},
    };
    return formats;
}

/// "model.ckpt.data-00000-of-00001"
bool isCheckpointData(std::string_view extension) {
    return extension.starts_with(".data-");
}

}  // namespace

std::optional<Error> knownButUnsupported(std::string_view head, std::string_view path) {
    const std::string extension = isCheckpointData(lowerExtension(path)) ? ".ckpt" : lowerExtension(path);
    const auto answer = [](const KnownFormat& format) {
        return Error{ErrorCode::Unsupported, "is " + std::string(format.name) + "; " + std::string(format.advice), {}};
    };
    for (const KnownFormat& format : knownFormats())
        if (std::ranges::find(format.extensions, extension) != format.extensions.end()) return answer(format);
    for (const KnownFormat& format : knownFormats()) {
        if (!format.signature.empty() && head.size() >= format.offset &&
            head.substr(format.offset).starts_with(format.signature))
            return answer(format);
    }
    return std::nullopt;
}

}  // namespace attnscope
