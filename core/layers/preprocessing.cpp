#include "layers/categories.h"
#include "layers/lower_functions.h"
#include "layers/support.h"

namespace attnscope {

namespace {

constexpr float epsilon = 1e-7F;  // keras.config.epsilon()

/// A config entry that is a number or nested lists of them.
Result<Tensor> numbersOf(const Config& config, std::string_view key) {
    const nlohmann::json* entry = config.find(key);
    if (entry != nullptr) {
        if (Result<Tensor> numbers = tensorOf(*entry)) return numbers;
    }
    return fail(ErrorCode::Format, "config entry " + std::string(key) + ": a number or a list of numbers was expected");
}

/// Mean or variance in the shape that stretches over the input: the kept axes in place, the others 1.
Result<ValueId> inPlace(Lowering& lowering, ValueId numbers, const std::vector<std::size_t>& kept, const Shape& input,
                        std::string_view name) {
    const Shape given = lowering.graph().shape(numbers);
    std::vector<std::int64_t> extents(input.rank(), 1);
    if (given.elements() > 1) {
        for (const std::size_t axis : kept) extents[axis] = input[axis];
    }
    const Shape target(std::move(extents));
    if (target.elements() != given.elements())
        return fail(ErrorCode::Shape, std::string(name) + ": shape " + given.text() + " found, " + target.text() +
                                          " expected for the input " + input.text());
    return reshape(lowering, numbers, target, name);
}

}  // namespace

// Layers that prepare numbers; none of them lets a mask pass.

Result<std::vector<Flow>> lowerRescaling(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/src/layers/preprocessing/rescaling.py
    ATTN_CHECK(expectInputs(inputs, 1));
    GraphBuilder& graph = lowering.graph();
    ATTN_TRY(Tensor scale, numbersOf(layer.config, "scale"));
    Tensor offset({}, 0.0F);
    if (layer.config.has("offset")) {
        ATTN_TRY(offset, numbersOf(layer.config, "offset"));
    }
    ATTN_TRY(const ValueId scaled, binary(lowering, BinaryKind::Multiply, inputs[0].value,
                                          graph.constant("scale", share(std::move(scale))), "scaled"));
    ATTN_TRY(const ValueId y,
             binary(lowering, BinaryKind::Add, scaled, graph.constant("offset", share(std::move(offset))), "rescaled"));
    return single(y);
}

Result<std::vector<Flow>> lowerNormalization(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/src/layers/preprocessing/normalization.py: mean and variance as adapted (weights) or given (config).
    ATTN_CHECK(expectInputs(inputs, 1));
    GraphBuilder& graph = lowering.graph();
    const ValueId x = inputs[0].value;
    const Shape shape = graph.shape(x);
    std::vector<std::size_t> kept;
    if (layer.config.has("axis")) {
        ATTN_TRY(const std::vector<std::int64_t> named, layer.config.integers("axis"));
        if (!named.empty()) {
            ATTN_TRY(kept, axesOf(named, shape.rank()));
        }
    }
    Tensor mean;
    Tensor variance;
    if (layer.weights.size() >= 2) {  // and perhaps the count of what was seen
        mean = *layer.weights[0].tensor;
        variance = *layer.weights[1].tensor;
    } else {
        ATTN_TRY(mean, numbersOf(layer.config, "mean"));
        ATTN_TRY(variance, numbersOf(layer.config, "variance"));
    }
    ATTN_TRY(const ValueId center,
             inPlace(lowering, graph.constant("mean", share(std::move(mean))), kept, shape, "center"));
    ATTN_TRY(const ValueId spread,
             inPlace(lowering, graph.constant("variance", share(std::move(variance))), kept, shape, "spread"));
    ATTN_TRY(const ValueId root, unary(lowering, UnaryKind::Sqrt, spread));
    ATTN_TRY(const ValueId deviation, binary(lowering, BinaryKind::Maximum, root, epsilon, "epsilon", "deviation"));
    ATTN_TRY(const bool invert, layer.config.flag("invert", false));
    if (invert) {
        ATTN_TRY(const ValueId scaled, binary(lowering, BinaryKind::Multiply, x, deviation));
        ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Add, scaled, center, "denormalised"));
        return single(y);
    }
    ATTN_TRY(const ValueId centered, binary(lowering, BinaryKind::Subtract, x, center, "centred"));
    ATTN_TRY(const ValueId y, binary(lowering, BinaryKind::Divide, centered, deviation, "normalised"));
    return single(y);
}

Result<std::vector<Flow>> lowerCategoryEncoding(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs) {
    // keras/src/layers/preprocessing/category_encoding.py
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const std::int64_t categories, positive(layer.config, "num_tokens"));
    ATTN_TRY(const std::string mode, layer.config.text("output_mode", "multi_hot"));
    if (mode != "one_hot" && mode != "multi_hot" && mode != "count")
        return fail(ErrorCode::Format,
                    "config entry output_mode: \"" + mode + "\" found; one_hot, multi_hot or count expected");
    ATTN_TRY(const ValueId y, encodeCategories(lowering, inputs[0].value, categories, mode));
    return single(y);
}

Result<std::vector<Flow>> lowerDiscretization(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // keras/src/layers/preprocessing/discretization.py: a bin's number is how many boundaries a number reaches.
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_TRY(const std::string mode, layer.config.text("output_mode", "int"));
    if (mode != "int" && mode != "one_hot" && mode != "multi_hot" && mode != "count")
        return fail(ErrorCode::Format,
                    "config entry output_mode: \"" + mode + "\" found; int, one_hot, multi_hot or count expected");
    ATTN_TRY(Tensor boundaries, numbersOf(layer.config, "bin_boundaries"));
    const auto depth = static_cast<std::int64_t>(boundaries.size()) + 1;
    ATTN_TRY(const ValueId reached, comparedWithEach(lowering, BinaryKind::GreaterEqual, inputs[0].value,
                                                     std::move(boundaries), "boundaries"));
    const std::size_t last = lowering.graph().shape(reached).rank() - 1;
    ATTN_TRY(ValueId y, reduce(lowering, ReduceKind::Sum, reached, {last}, false, "bin"));
    if (mode != "int") {
        ATTN_TRY(y, encodeCategories(lowering, y, depth, mode));
    }
    return single(y);
}

}  // namespace attnscope
