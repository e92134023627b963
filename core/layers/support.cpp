#include "layers/support.h"

#include "base/text.h"
#include "ops/layout.h"

#include <algorithm>
#include <numeric>

namespace attnscope {

namespace {

std::string shownWeights(const Layer& layer) {
    std::vector<std::string> shown;
    for (const LayerWeight& weight : layer.weights)
        shown.push_back(shortWeightName(weight.name) + " " + weight.tensor->shape().text());
    return shown.empty() ? "none" : joined(shown, ", ");
}

/// For each expected weight the position of the layer's weight, by name if the file uses exactly these names.
std::vector<std::size_t> positions(const Layer& layer, const std::vector<ExpectedWeight>& expected) {
    std::vector<std::size_t> byName;
    for (const ExpectedWeight& want : expected) {
        const auto found = std::ranges::find(layer.weights, want.name,
                                             [](const LayerWeight& weight) { return shortWeightName(weight.name); });
        if (found == layer.weights.end()) break;
        byName.push_back(static_cast<std::size_t>(found - layer.weights.begin()));
    }
    if (byName.size() == expected.size()) return byName;
    std::vector<std::size_t> inOrder(expected.size());
    std::iota(inOrder.begin(), inOrder.end(), std::size_t{0});
    return inOrder;
}

/// The extents of nested lists of numbers, and the numbers themselves.
Status flatten(const nlohmann::json& value, std::size_t depth, std::vector<std::int64_t>& extents,
               std::vector<float>& numbers) {
    if (value.is_number() || value.is_boolean()) {
        if (depth != extents.size()) return fail(ErrorCode::Format, "a constant with lists of different depths");
        numbers.push_back(value.is_boolean() ? (value.get<bool>() ? 1.0F : 0.0F)
                                             : static_cast<float>(value.get<double>()));
        return {};
    }
    if (!value.is_array() || value.empty())
        return fail(ErrorCode::Unsupported, "one of its arguments is neither a tensor nor a number");
    const auto extent = static_cast<std::int64_t>(value.size());
    if (depth == extents.size()) {
        if (!numbers.empty()) return fail(ErrorCode::Format, "a constant with lists of different depths");
        extents.push_back(extent);
    } else if (extents[depth] != extent) {
        return fail(ErrorCode::Format, "a constant with lists of different lengths");
    }
    for (const nlohmann::json& item : value) ATTN_CHECK(flatten(item, depth + 1, extents, numbers));
    return {};
}

}  // namespace

std::string shortWeightName(std::string_view fileName) {
    if (const auto slash = fileName.rfind('/'); slash != std::string_view::npos) fileName.remove_prefix(slash + 1);
    if (const auto colon = fileName.rfind(':'); colon != std::string_view::npos) fileName = fileName.substr(0, colon);
    return std::string(fileName);
}

Result<std::vector<TensorPtr>> matchWeights(const Layer& layer, const std::vector<ExpectedWeight>& expected) {
    if (layer.weights.size() != expected.size()) {
        std::vector<std::string> wanted;
        for (const ExpectedWeight& want : expected) wanted.push_back(std::string(want.name) + " " + want.shape.text());
        return fail(ErrorCode::Shape, "weights found: " + shownWeights(layer) +
                                          "; expected: " + (wanted.empty() ? "none" : joined(wanted, ", ")));
    }
    std::vector<TensorPtr> tensors;
    const std::vector<std::size_t> places = positions(layer, expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const TensorPtr& tensor = layer.weights[places[i]].tensor;
        if (tensor->shape() != expected[i].shape)
            return fail(ErrorCode::Shape, "weight " + std::string(expected[i].name) + ": shape " +
                                              tensor->shape().text() + " found, " + expected[i].shape.text() +
                                              " expected");
        tensors.push_back(tensor);
    }
    return tensors;
}

Result<std::vector<ValueId>> addWeights(Lowering& lowering, const Layer& layer,
                                        const std::vector<ExpectedWeight>& expected) {
    ATTN_TRY(const std::vector<TensorPtr> tensors, matchWeights(layer, expected));
    std::vector<ValueId> ids;
    for (std::size_t i = 0; i < expected.size(); ++i)
        ids.push_back(lowering.graph().constant(expected[i].name, tensors[i]));
    return ids;
}

Status expectInputs(const std::vector<Flow>& inputs, std::size_t count) {
    if (inputs.size() == count) return {};
    return fail(ErrorCode::Shape,
                "inputs: " + std::to_string(inputs.size()) + " found, " + std::to_string(count) + " expected");
}

Status expectRank(Lowering& lowering, ValueId value, std::size_t rank) {
    const Shape& shape = lowering.graph().shape(value);
    if (shape.rank() == rank) return {};
    return fail(ErrorCode::Shape, "input: shape " + shape.text() + " found, " + std::to_string(rank) +
                                      " axes expected (the batch is the first)");
}

Status expectChannelsLast(const Config& config) {
    ATTN_TRY(const std::string format, config.text("data_format", "channels_last"));
    if (format == "channels_last") return {};
    return fail(ErrorCode::Unsupported, "config entry data_format: \"" + format + "\" found, channels_last expected");
}

Result<ValueId> inputOverPlaces(Lowering& lowering, const Config& config, const std::vector<Flow>& inputs,
                                std::size_t places) {
    ATTN_CHECK(expectInputs(inputs, 1));
    ATTN_CHECK(expectChannelsLast(config));
    ATTN_CHECK(expectRank(lowering, inputs[0].value, places + 2));
    return inputs[0].value;
}

Result<std::int64_t> positive(const Config& config, std::string_view key, std::optional<std::int64_t> fallback) {
    if (fallback && !config.has(key)) return *fallback;
    ATTN_TRY(const std::vector<std::int64_t> numbers, config.integers(key));
    // Far above any real layer, far below where the arithmetic of shapes overflows.
    constexpr std::int64_t largest = std::int64_t{1} << 31;
    if (numbers.size() == 1 && numbers.front() >= 1 && numbers.front() <= largest) return numbers.front();
    return fail(ErrorCode::Format, "config entry " + std::string(key) + ": " +
                                       config.json().at(std::string(key)).dump() + " found, a whole number from 1 to " +
                                       std::to_string(largest) + " expected");
}

Result<std::size_t> axisOf(std::int64_t axis, std::size_t rank) {
    const auto count = static_cast<std::int64_t>(rank);
    if (axis < -count || axis >= count)
        return fail(ErrorCode::Shape,
                    "axis " + std::to_string(axis) + " found, but the input has " + std::to_string(rank) + " axes");
    return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

Result<std::vector<std::size_t>> axesOf(const std::vector<std::int64_t>& axes, std::size_t rank) {
    if (axes.empty()) return fail(ErrorCode::Shape, "an axis or more expected");
    std::vector<std::size_t> result;
    for (const std::int64_t axis : axes) {
        ATTN_TRY(const std::size_t place, axisOf(axis, rank));
        if (std::ranges::find(result, place) != result.end())
            return fail(ErrorCode::Shape, "axis " + std::to_string(axis) + " stands twice in the config");
        result.push_back(place);
    }
    return result;
}

std::optional<Shape> filledIn(std::vector<std::int64_t> extents, std::int64_t elements) {
    std::int64_t* open = nullptr;
    std::int64_t known = 1;
    for (std::int64_t& extent : extents) {
        if (extent < 0) {
            if (open != nullptr) return std::nullopt;
            open = &extent;
        } else {
            if (extent == 0 || known > elements / extent) return std::nullopt;
            known *= extent;
        }
    }
    if (elements % known != 0 || (open == nullptr && known != elements)) return std::nullopt;
    if (open != nullptr) *open = elements / known;
    return Shape(std::move(extents));
}

Result<Tensor> tensorOf(const nlohmann::json& numbers) {
    std::vector<std::int64_t> extents;
    std::vector<float> flat;
    ATTN_CHECK(flatten(numbers, 0, extents, flat));
    return Tensor(Shape(std::move(extents)), std::move(flat));
}

Result<ValueId> unary(Lowering& lowering, UnaryKind kind, ValueId x, std::string_view name) {
    return lowering.graph().add(std::make_shared<Unary>(kind), {x}, name);
}

Result<ValueId> binary(Lowering& lowering, BinaryKind kind, ValueId a, ValueId b, std::string_view name) {
    return lowering.graph().add(std::make_shared<Binary>(kind), {a, b}, name);
}

Result<ValueId> binary(Lowering& lowering, BinaryKind kind, ValueId a, float b, std::string_view constant,
                       std::string_view name) {
    return binary(lowering, kind, a, lowering.graph().scalar(constant, b), name);
}

Result<ValueId> reduce(Lowering& lowering, ReduceKind kind, ValueId x, std::vector<std::size_t> axes, bool keepAxes,
                       std::string_view name) {
    return lowering.graph().add(std::make_shared<Reduce>(kind, std::move(axes), keepAxes), {x}, name);
}

Result<ValueId> reshape(Lowering& lowering, ValueId x, Shape shape, std::string_view name) {
    if (lowering.graph().shape(x) == shape) return x;
    return lowering.graph().add(std::make_shared<Reshape>(std::move(shape)), {x}, name);
}

Result<ValueId> permute(Lowering& lowering, ValueId x, std::vector<std::size_t> order, std::string_view name) {
    if (std::ranges::is_sorted(order)) return x;
    return lowering.graph().add(std::make_shared<Permute>(std::move(order)), {x}, name);
}

Result<ValueId> repeated(Lowering& lowering, ValueId x, std::size_t axis, std::int64_t times, Repeat order) {
    if (times == 1) return x;
    const std::size_t place = axis + (order == Repeat::Each ? 1 : 0);
    Shape shape = lowering.graph().shape(x);
    std::vector<std::int64_t> apart = shape.extents();
    apart.insert(apart.begin() + static_cast<std::ptrdiff_t>(place), 1);
    ATTN_TRY(x, reshape(lowering, x, Shape(apart)));
    apart[place] = times;
    ATTN_TRY(x, lowering.graph().add(std::make_shared<Broadcast>(Shape(std::move(apart))), {x}));
    shape[axis] *= times;
    return reshape(lowering, x, std::move(shape), "repeated");
}

std::optional<ValueId> seenMask(Lowering& lowering, const std::vector<Flow>& inputs) {
    const nlohmann::json& named = lowering.arguments().named;
    // Inside a Bidirectional there are no arguments, and the mask is handed on.
    const bool stated = inputs.size() > 1 && !lowering.arguments().tensors.empty();
    const bool isExplicit = named.contains("mask") && !named["mask"].is_null();
    if (lowering.era().statesHideMask && stated && !isExplicit) return std::nullopt;
    return inputs.front().mask;
}

}  // namespace attnscope
