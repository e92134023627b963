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
};

const std::vector<KnownFormat>& knownFormats() {
    using namespace std::string_view_literals;
    static const std::vector<KnownFormat> formats{
        {"NumPy data, which is an input rather than a model"sv, "\x93NUMPY"sv, 0, {".npy"sv}},
        {"a TensorFlow Lite model"sv, "TFL3"sv, 4, {".tflite"sv}},
        {"a GGUF model"sv, "GGUF"sv, 0, {".gguf"sv}},
        {"an ONNX model"sv, {}, 0, {".onnx"sv}},
        {"a safetensors file"sv, {}, 0, {".safetensors"sv}},
        {"a TensorFlow graph"sv, {}, 0, {".pb"sv}},
        {"a TensorFlow checkpoint"sv, {}, 0, {".ckpt"sv, ".index"sv}},
        {"a model's architecture without weights"sv, {}, 0, {".json"sv, ".yaml"sv, ".yml"sv}},
        {"a zip archive"sv, "PK\x03\x04"sv, 0, {".zip"sv}},
    };
    return formats;
}

}  // namespace

std::optional<Error> knownButUnsupported(std::string_view head, std::string_view path) {
    const std::string extension = lowerExtension(path);
    const auto answer = [](const KnownFormat& format) {
        return Error{ErrorCode::Unsupported,
                     "is " + std::string(format.name) +
                         ", not supported yet; a whole model saved by Keras as .keras or .h5 was expected",
                     {}};
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
