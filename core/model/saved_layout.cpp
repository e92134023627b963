#include "model/saved_layout.h"

#include <algorithm>
#include <array>
#include <optional>

namespace attnscope {

namespace {

using Weights = std::vector<LayerWeight>;

/// Arrays of one shape, side by side along the last axis; none if they do not fit.
TensorPtr sideBySide(const std::vector<TensorPtr>& parts) {
    const Shape& part = parts.front()->shape();
    const bool alike = std::ranges::all_of(parts, [&](const TensorPtr& other) { return other->shape() == part; });
    if (!alike || part.rank() == 0) return nullptr;
    Shape whole = part;
    whole[whole.rank() - 1] *= static_cast<std::int64_t>(parts.size());
    Tensor result(whole);
    const auto width = static_cast<std::size_t>(part.back());
    const std::size_t rows = parts.front()->size() / width;
    std::size_t at = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        for (const TensorPtr& source : parts) {
            std::ranges::copy(source->data().subspan(row * width, width),
                              result.data().begin() + static_cast<std::ptrdiff_t>(at));
            at += width;
        }
    }
    return share(std::move(result));
}

/// Keras 1 keeps W, U and b of each gate; `order` says where each gate of today stands among them. The result has the
/// names that Keras 1 gives them with consume_less='gpu'.
Weights joinedGates(Weights weights, const std::vector<std::size_t>& order) {
    constexpr std::array<std::string_view, 3> kinds{"W", "U", "b"};
    if (weights.size() != kinds.size() * order.size()) return weights;
    Weights joined;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        std::vector<TensorPtr> parts;
        for (const std::size_t gate : order) parts.push_back(weights[gate * kinds.size() + kind].tensor);
        TensorPtr whole = sideBySide(parts);
        if (whole == nullptr) return weights;
        joined.push_back({std::string(kinds[kind]), std::move(whole), weights.front().trainable});
    }
    return joined;
}

/// Writes each gate's block of a matrix [rows, gates · units] anew: `source(row, column)` is where the number at that
/// place of a block stands, as an index into the block's numbers in row-major order.
template <typename Source>
TensorPtr rearrangedGates(const Tensor& matrix, std::int64_t units, const Source& source) {
    const std::int64_t rows = matrix.dim(0);
    const std::int64_t columns = matrix.dim(1);
    Tensor result(matrix.shape());
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t column = 0; column < columns; ++column) {
            const std::int64_t from = source(row, column % units);
            const std::int64_t place = from / units * columns + column / units * units + from % units;
            result[static_cast<std::size_t>(row * columns + column)] = matrix[static_cast<std::size_t>(place)];
        }
    }
    return share(std::move(result));
}

/// CuDNN's two biases of an LSTM act as their sum.
TensorPtr summedHalves(const Tensor& bias) {
    const std::size_t half = bias.size() / 2;
    Tensor sum(Shape{static_cast<std::int64_t>(half)});
    for (std::size_t index = 0; index < half; ++index) sum[index] = bias[index] + bias[half + index];
    return share(std::move(sum));
}

/// Kernel, recurrent kernel and bias of a CuDNN layer; as they are where the bias does not show that they are.
Weights fromCuDnn(Weights weights, std::int64_t gates) {
    if (weights.size() != 3) return weights;
    const Tensor& kernel = *weights[0].tensor;
    const Tensor& recurrent = *weights[1].tensor;
    const Tensor& bias = *weights[2].tensor;
    if (kernel.rank() != 2 || recurrent.rank() != 2) return weights;
    const std::int64_t units = recurrent.dim(0);
    const Shape signature{2 * gates * units};
    if (units < 1 || bias.shape() != signature || recurrent.dim(1) != gates * units || kernel.dim(1) != gates * units)
        return weights;
    // CuDNN reads a kernel's numbers as (units, features).
    const std::int64_t features = kernel.dim(0);
    weights[0].tensor =
        rearrangedGates(kernel, units, [&](std::int64_t row, std::int64_t column) { return column * features + row; });
    weights[1].tensor =
        rearrangedGates(recurrent, units, [&](std::int64_t row, std::int64_t column) { return column * units + row; });
    weights[2].tensor = gates == 4 ? summedHalves(bias) : share(Tensor(bias).reshaped(Shape{2, gates * units}));
    return weights;
}

std::optional<std::int64_t> wholeNumber(const LayerEntry& layer, std::string_view key) {
    const Config config(layer.config);
    if (!config.has(key)) return std::nullopt;
    const auto numbers = config.integers(key);
    return numbers && numbers->size() == 1 ? std::optional(numbers->front()) : std::nullopt;
}

/// A kernel of Keras 1's Convolution1D: (width, 1, in, out), before 1.2 (out, in, width, 1) → (width, in, out).
TensorPtr withoutImageAxis(const LayerEntry& layer, const TensorPtr& kernel) {
    if (kernel->rank() != 4) return kernel;
    const auto width = wholeNumber(layer, "kernel_size");
    const auto filters = wholeNumber(layer, "filters");
    const Shape& shape = kernel->shape();
    if (shape[0] == width && shape[1] == 1 && shape[3] == filters)
        return share(Tensor(*kernel).reshaped(Shape{shape[0], shape[2], shape[3]}));
    if (shape[0] != filters || shape[2] != width || shape[3] != 1) return kernel;
    Tensor turned(Shape{shape[2], shape[1], shape[0]});
    std::size_t at = 0;
    for (std::int64_t step = 0; step < shape[2]; ++step)
        for (std::int64_t in = 0; in < shape[1]; ++in)
            for (std::int64_t out = 0; out < shape[0]; ++out)
                turned[at++] = (*kernel)[static_cast<std::size_t>((out * shape[1] + in) * shape[2] + step)];
    return share(std::move(turned));
}

/// The kernel with all its axes but the last two, in and out, turned round: Theano convolves, others correlate
/// (keras/utils/conv_utils.py of 2.3.1, convert_kernel).
TensorPtr turnedRound(const TensorPtr& kernel) {
    if (kernel->rank() < 3) return kernel;
    const Shape& shape = kernel->shape();
    const auto block = static_cast<std::size_t>(shape.from(shape.rank() - 2).elements());
    const std::size_t count = kernel->size() / block;
    Tensor turned(shape);
    for (std::size_t index = 0; index < count; ++index)
        std::ranges::copy(kernel->data().subspan((count - 1 - index) * block, block),
                          turned.data().begin() + static_cast<std::ptrdiff_t>(index * block));
    return share(std::move(turned));
}

bool isOneOf(const LayerEntry& layer, std::initializer_list<std::string_view> classes) {
    return std::ranges::find(classes, layer.className) != classes.end();
}

}  // namespace

std::vector<LayerWeight> currentLayout(const LayerEntry& layer, std::vector<LayerWeight> weights,
                                       std::string_view backend) {
    if (weights.empty()) return weights;
    // Archives keep the weights of words twice: the layer saves those of the lookup inside it as its own.
    if (layer.className == "TextVectorization")
        std::erase_if(weights, [](const LayerWeight& weight) { return weight.name.starts_with("_lookup_layer/"); });
    if (isOneOf(layer, {"LSTM", "CuDNNLSTM"})) return fromCuDnn(joinedGates(std::move(weights), {0, 2, 1, 3}), 4);
    if (isOneOf(layer, {"GRU", "CuDNNGRU"})) return fromCuDnn(joinedGates(std::move(weights), {0, 1, 2}), 3);
    if (isOneOf(layer, {"AtrousConvolution1D", "Conv1D", "Convolution1D"}))
        weights[0].tensor = withoutImageAxis(layer, weights[0].tensor);
    if (backend == "theano" &&
        isOneOf(layer, {"AtrousConvolution1D", "Conv1D", "Conv2D", "Convolution1D", "Convolution2D"}))
        weights[0].tensor = turnedRound(weights[0].tensor);
    return weights;
}

}  // namespace attnscope
