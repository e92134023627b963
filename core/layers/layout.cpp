#include "ops/layout.h"

#include "layers/convolution_support.h"
#include "layers/lower_functions.h"
#include "layers/support.h"

#include <algorithm>

namespace attnscope {

namespace {

/// The sides of rows and of columns: ((1, 2), (3, 4)); (1, 3) for the same on both sides; 1 for all four.
Result<std::pair<Pair, Pair>> fourSides(const Config& config, std::string_view key) {
    const nlohmann::json entry = config.has(key) ? config.json().at(std::string(key)) : nlohmann::json(1);
    if (!entry.is_array() || entry.size() != 2) {
        ATTN_TRY(const Pair all, pairOf(config, key, 0, Pair(1, 1)));
        return std::pair(all, all);
    }
    const auto one = [&](std::size_t axis) {
        nlohmann::json own = nlohmann::json::object();
        own[std::string(key)] = entry[axis];
        return pairOf(Config(std::move(own)), key, 0, Pair(1, 1));
    };
    ATTN_TRY(const Pair rows, one(0));
    ATTN_TRY(const Pair columns, one(1));
    return std::pair(rows, columns);
}

/// The axis without its ends; `elements` is what to call its elements.
Result<ValueId> cropped(Lowering& lowering, ValueId x, std::size_t axis, Pair sides, const std::string& elements) {
    const std::int64_t left = lowering.graph().shape(x)[axis] - sides.first - sides.second;
    if (left < 1) return fail(ErrorCode::Shape, "config entry cropping leaves nothing of the input's " + elements);
    return lowering.graph().add(std::make_shared<Slice>(axis, sides.first, left), {x}, "cropped");
}

}  // namespace

// Layers that only move numbers; each of them stops the mask (none of them sets supports_masking).

Result<std::vector<Flow>> lowerFlatten(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/flatten.py
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(layer.config));
    const Shape shape = lowering.graph().shape(inputs[0].value);
    ATTN_TRY(const ValueId y, reshape(lowering, inputs[0].value, {shape[0], shape.from(1).elements()}, "flat"));
    return single(y);
}

Result<std::vector<Flow>> lowerReshape(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/reshape.py: one extent may be -1.
    ATTN_CHECK(expectInputs(inputs, 1));
    const Shape shape = lowering.graph().shape(inputs[0].value);
    ATTN_TRY(const std::vector<std::int64_t> target, layer.config.integers("target_shape"));
    const std::int64_t elements = shape.from(1).elements();
    const std::optional<Shape> filled = filledIn(target, elements);
    if (!filled)
        return fail(ErrorCode::Shape, "config entry target_shape: " + Shape(target).text() +
                                          " found, which does not hold the " + std::to_string(elements) +
                                          " numbers of the input " + shape.from(1).text());
    std::vector<std::int64_t> extents = filled->extents();
    extents.insert(extents.begin(), shape[0]);
    ATTN_TRY(const ValueId y, reshape(lowering, inputs[0].value, Shape(std::move(extents)), "reshaped"));
    return single(y);
}

Result<std::vector<Flow>> lowerPermute(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/permute.py: axes count from 1, the batch stays.
    ATTN_CHECK(expectInputs(inputs, 1));
    const std::size_t rank = lowering.graph().shape(inputs[0].value).rank();
    ATTN_TRY(const std::vector<std::int64_t> dims, layer.config.integers("dims"));
    std::vector<std::int64_t> named{0};
    named.insert(named.end(), dims.begin(), dims.end());
    ATTN_TRY(const std::vector<std::size_t> order, axesOf(named, rank));
    if (order.size() != rank || std::ranges::any_of(named, [](std::int64_t axis) { return axis < 0; }))
        return fail(ErrorCode::Shape, "config entry dims: the numbers 1 to " + std::to_string(rank - 1) + " expected");
    ATTN_TRY(const ValueId y, permute(lowering, inputs[0].value, order, "permuted"));
    return single(y);
}

Result<std::vector<Flow>> lowerRepeatVector(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/repeat_vector.py
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, 2));
    ATTN_TRY(const std::int64_t count, positive(layer.config, "n"));
    const Shape shape = lowering.graph().shape(inputs[0].value);
    const Shape repeated{shape[0], count, shape[1]};
    ATTN_TRY(const ValueId step, reshape(lowering, inputs[0].value, {shape[0], 1, shape[1]}));
    ATTN_TRY(const ValueId y, lowering.graph().add(std::make_shared<Broadcast>(repeated), {step}, "repeated"));
    return single(y);
}

Result<std::vector<Flow>> lowerZeroPadding1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/zero_padding1d.py
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, 1));
    ATTN_TRY(const Pair sides, pairOf(layer.config, "padding", 0, Pair(1, 1)));
    ATTN_TRY(const ValueId y, padded(lowering, x, 1, {sides.first, sides.second}));
    return single(y);
}

Result<std::vector<Flow>> lowerZeroPadding2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/zero_padding2d.py
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, 2));
    ATTN_TRY(const auto sides, fourSides(layer.config, "padding"));
    ATTN_TRY(ValueId y, padded(lowering, x, 1, {sides.first.first, sides.first.second}));
    ATTN_TRY(y, padded(lowering, y, 2, {sides.second.first, sides.second.second}));
    return single(y);
}

Result<std::vector<Flow>> lowerCropping1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/cropping1d.py
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, 1));
    ATTN_TRY(const Pair sides, pairOf(layer.config, "cropping", 0, Pair(1, 1)));
    ATTN_TRY(const ValueId y, cropped(lowering, x, 1, sides, "timesteps"));
    return single(y);
}

Result<std::vector<Flow>> lowerCropping2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/cropping2d.py
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, 2));
    ATTN_TRY(const auto sides, fourSides(layer.config, "cropping"));
    ATTN_TRY(ValueId y, cropped(lowering, x, 1, sides.first, "rows"));
    ATTN_TRY(y, cropped(lowering, y, 2, sides.second, "columns"));
    return single(y);
}

Result<std::vector<Flow>> lowerUpSampling1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/up_sampling1d.py: every timestep `size` times in a row.
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, 1));
    ATTN_TRY(const std::int64_t size, positive(layer.config, "size", 2));
    ATTN_TRY(const ValueId y, repeated(lowering, x, 1, size, Repeat::Each));
    return single(y);
}

Result<std::vector<Flow>> lowerUpSampling2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs) {
    // tf_keras/src/layers/reshaping/up_sampling2d.py
    ATTN_TRY(const ValueId x, inputOverPlaces(lowering, layer.config, inputs, 2));
    ATTN_TRY(const auto size, pairOf(layer.config, "size", 1, Pair(2, 2)));
    ATTN_TRY(const std::string interpolation, layer.config.text("interpolation", "nearest"));
    if (interpolation != "nearest")
        return fail(ErrorCode::Unsupported,
                    "config entry interpolation: \"" + interpolation + "\" found, only nearest is supported");
    ATTN_TRY(ValueId y, repeated(lowering, x, 1, size.first, Repeat::Each));
    ATTN_TRY(y, repeated(lowering, y, 2, size.second, Repeat::Each));
    return single(y);
}

}  // namespace attnscope
