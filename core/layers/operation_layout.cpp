#include "layers/operation_functions.h"
#include "layers/support.h"
#include "ops/layout.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace attnscope {

namespace {

using nlohmann::json;

Result<ValueId> operandOf(const OperationArguments& arguments) {
    return arguments.operand(0, {"x", "input", "a", "tensor", "value"});
}

Result<Values> lowerExpandDims(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    const std::size_t rank = lowering.graph().shape(x).rank();
    ATTN_TRY(std::vector<std::int64_t> named, arguments.integers({"axis"}));
    if (named.empty()) named = {-1};
    ATTN_TRY(std::vector<std::size_t> axes, axesOf(named, rank + named.size()));
    std::ranges::sort(axes);
    std::vector<std::int64_t> extents = lowering.graph().shape(x).extents();
    for (const std::size_t axis : axes) extents.insert(extents.begin() + static_cast<std::ptrdiff_t>(axis), 1);
    return one(reshape(lowering, x, Shape(std::move(extents))));
}

Result<Values> lowerSqueeze(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    const Shape shape = lowering.graph().shape(x);
    ATTN_TRY(const std::vector<std::int64_t> named, arguments.integers({"axis", "squeeze_dims"}));
    std::vector<std::size_t> axes;
    if (named.empty()) {
        for (std::size_t axis = 1; axis < shape.rank(); ++axis)
            if (shape[axis] == 1) axes.push_back(axis);
    } else {
        ATTN_TRY(axes, axesOf(named, shape.rank()));
    }
    std::vector<std::int64_t> extents;
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
        const bool gone = std::ranges::find(axes, axis) != axes.end();
        if (gone && shape[axis] != 1)
            return fail(ErrorCode::Shape, "axis " + std::to_string(axis) + " of " + shape.text() + " is not 1");
        if (!gone) extents.push_back(shape[axis]);
    }
    return one(reshape(lowering, x, Shape(std::move(extents))));
}

Result<Values> lowerTranspose(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    const std::size_t rank = arguments.lowering().graph().shape(x).rank();
    ATTN_TRY(const std::vector<std::int64_t> named, arguments.integers({"axes", "perm"}));
    std::vector<std::size_t> order;
    for (std::size_t axis = rank; named.empty() && axis-- > 0;) order.push_back(axis);
    if (!named.empty()) {
        ATTN_TRY(order, axesOf(named, rank));
    }
    if (order.size() != rank) return fail(ErrorCode::Shape, "argument axes: every axis expected once");
    return one(permute(arguments.lowering(), x, std::move(order)));
}

Result<Values> lowerSwapAxes(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    const std::size_t rank = arguments.lowering().graph().shape(x).rank();
    ATTN_TRY(const std::int64_t first, arguments.integer({"axis1"}, -1));
    ATTN_TRY(const std::int64_t second, arguments.integer({"axis2"}, -2));
    ATTN_TRY(const std::vector<std::size_t> axes, axesOf({first, second}, rank));
    std::vector<std::size_t> order(rank);
    for (std::size_t axis = 0; axis < rank; ++axis) order[axis] = axis;
    std::swap(order[axes[0]], order[axes[1]]);
    return one(permute(arguments.lowering(), x, std::move(order)));
}

Result<Values> lowerReshape(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    const Shape shape = lowering.graph().shape(x);
    json named = arguments.option({"newshape", "shape"});
    if (named.is_null()) named = arguments.positional(1);
    std::vector<std::int64_t> extents;
    for (const json& extent : named.is_array() ? named : json::array()) {
        if (!extent.is_null() && !extent.is_number_integer())
            return fail(ErrorCode::Unsupported, "argument shape: numbers expected");
        extents.push_back(extent.is_null() ? -1 : extent.get<std::int64_t>());
    }
    std::optional<Shape> filled;
    if (!extents.empty()) filled = filledIn(std::move(extents), shape.elements());
    if (!filled)
        return fail(ErrorCode::Shape, "argument shape: does not hold the numbers of the input " + shape.text());
    return one(reshape(lowering, x, *std::move(filled)));
}

Result<Values> lowerConcatenate(const OperationArguments& arguments) {
    GraphBuilder& graph = arguments.lowering().graph();
    ATTN_TRY(const Values values, arguments.operands({"xs", "values"}));
    ATTN_TRY(const std::int64_t named, arguments.integer({"axis"}, 0));
    ATTN_TRY(const std::size_t axis, axisOf(named, graph.shape(values.front()).rank()));
    if (values.size() == 1) return values;
    return one(graph.add(std::make_shared<Concatenate>(axis), values, "joined"));
}

Result<Values> lowerStack(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(Values values, arguments.operands({"x", "values"}));
    ATTN_TRY(const std::int64_t named, arguments.integer({"axis"}, 0));
    ATTN_TRY(const std::size_t axis, axisOf(named, lowering.graph().shape(values.front()).rank() + 1));
    for (ValueId& value : values) {
        std::vector<std::int64_t> extents = lowering.graph().shape(value).extents();
        if (axis > extents.size()) return fail(ErrorCode::Shape, "tensors of one rank expected");
        extents.insert(extents.begin() + static_cast<std::ptrdiff_t>(axis), 1);
        ATTN_TRY(value, reshape(lowering, value, Shape(std::move(extents))));
    }
    if (values.size() == 1) return values;
    return one(lowering.graph().add(std::make_shared<Concatenate>(axis), values, "stacked"));
}

Result<Values> lowerFlip(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId x, operandOf(arguments));
    ATTN_TRY(const std::vector<std::int64_t> named, arguments.integers({"axis"}));
    ATTN_TRY(const std::vector<std::size_t> axes, axesOf(named, lowering.graph().shape(x).rank()));
    for (const std::size_t axis : axes) {
        const std::int64_t extent = lowering.graph().shape(x)[axis];
        ATTN_TRY(x, lowering.graph().add(std::make_shared<Slice>(axis, extent - 1, extent, -1), {x}));
    }
    return Values{x};
}

Result<Values> lowerBroadcastTo(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    json named = arguments.option({"shape"});
    if (named.is_null()) named = arguments.positional(1);
    const Shape& shape = lowering.graph().shape(x);
    std::vector<std::int64_t> extents;
    for (const json& extent : named.is_array() ? named : json::array()) {
        // An open length is that of the input.
        const bool open = extent.is_null() && extents.size() < shape.rank();
        if (!open && !(extent.is_number_integer() && extent > 0 && extent < (std::int64_t{1} << 31)))
            return fail(ErrorCode::Unsupported, "argument shape: numbers expected");
        extents.push_back(open ? shape[extents.size()] : extent.get<std::int64_t>());
    }
    return one(lowering.graph().add(std::make_shared<Broadcast>(Shape(std::move(extents))), {x}));
}

/// One entry of an index: Keras 3's {"slice": [start, stop, step]}, or tf's {"start", "stop", "step"}.
struct Range {
    json start, stop, step;
};

std::optional<Range> rangeOf(const json& entry) {
    if (!entry.is_object()) return std::nullopt;
    if (const auto slice = entry.find("slice"); slice != entry.end() && slice->is_array() && slice->size() == 3)
        return Range{(*slice)[0], (*slice)[1], (*slice)[2]};
    if (entry.contains("start") || entry.contains("stop"))
        return Range{entry.value("start", json()), entry.value("stop", json()), entry.value("step", json())};
    return std::nullopt;
}

bool isEllipsis(const json& entry) {
    if (entry.is_object() && entry.value("class_name", json()) == "__ellipsis__") return true;  // in HDF5 of tf.keras
    return (entry.is_object() && entry.contains("ellipsis")) || entry == "..." || entry == "Ellipsis";
}

/// A Python slice of one axis (the language reference's slice.indices).
Result<ValueId> sliced(Lowering& lowering, ValueId x, std::size_t axis, const Range& range) {
    for (const json* part : {&range.start, &range.stop, &range.step})
        if (!part->is_null() && !part->is_number_integer())
            return fail(ErrorCode::Unsupported, "an index that is no number");
    const std::int64_t extent = lowering.graph().shape(x)[axis];
    const std::int64_t step = range.step.is_null() ? 1 : range.step.get<std::int64_t>();
    if (step == 0) return fail(ErrorCode::Format, "an index with step 0");
    const auto bound = [&](const json& part, std::int64_t fallback) {
        if (part.is_null()) return fallback;
        const auto number = part.get<std::int64_t>();
        const std::int64_t place = number < 0 ? std::max<std::int64_t>(number, -extent - 1) + extent : number;
        return step > 0 ? std::clamp<std::int64_t>(place, 0, extent) : std::clamp<std::int64_t>(place, -1, extent - 1);
    };
    const std::int64_t start = bound(range.start, step > 0 ? 0 : extent - 1);
    const std::int64_t stop = bound(range.stop, step > 0 ? extent : -1);
    const std::int64_t way = step > 0 ? stop - start : start - stop;
    if (way <= 0) return fail(ErrorCode::Shape, "an index that leaves nothing");
    const std::int64_t size = step > 0 ? step : -std::max(step, -extent);
    const std::int64_t count = (way - 1) / size + 1;
    if (start == 0 && count == extent && step == 1) return x;
    if (axis == 0 && lowering.graph().value(x).batched)
        return fail(ErrorCode::Unsupported, "it picks examples of the batch");
    return lowering.graph().add(std::make_shared<Slice>(axis, start, count, step > 0 ? step : -size), {x});
}

Result<Values> lowerGetItem(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId x, operandOf(arguments));
    json index = arguments.positional(1);
    if (index.is_null()) index = arguments.option({"slice_spec", "key"});
    if (!index.is_array()) index = json::array({index});
    const auto taken = static_cast<std::size_t>(
        std::ranges::count_if(index, [](const json& entry) { return !entry.is_null() && !isEllipsis(entry); }));
    const std::size_t rank = lowering.graph().shape(x).rank();
    if (taken > rank) return fail(ErrorCode::Shape, "an index for more axes than there are");
    std::vector<std::int64_t> extents;
    std::size_t axis = 0;
    for (const json& entry : index) {
        if (isEllipsis(entry)) {
            for (std::size_t skipped = taken; skipped < rank; ++skipped)
                extents.push_back(lowering.graph().shape(x)[axis++]);
        } else if (entry.is_null()) {
            extents.push_back(1);
        } else if (const auto range = rangeOf(entry)) {
            ATTN_TRY(x, sliced(lowering, x, axis, *range));
            extents.push_back(lowering.graph().shape(x)[axis++]);
        } else if (entry.is_number_integer()) {
            const std::int64_t extent = lowering.graph().shape(x)[axis];
            ATTN_TRY(const std::size_t place, axisOf(entry.get<std::int64_t>(), static_cast<std::size_t>(extent)));
            const auto at = static_cast<std::int64_t>(place);
            ATTN_TRY(x, sliced(lowering, x, axis, {at, at + 1, nullptr}));
            if (axis == 0 && lowering.graph().value(x).batched)
                return fail(ErrorCode::Unsupported, "it picks an example of the batch");
            ++axis;
        } else {
            return fail(ErrorCode::Unsupported, "an index that is neither a number nor a slice");
        }
    }
    while (axis < rank) extents.push_back(lowering.graph().shape(x)[axis++]);
    return one(reshape(lowering, x, Shape(std::move(extents))));
}

Result<Values> lowerSplit(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const std::vector<std::int64_t> parts, arguments.integers({"indices_or_sections", "num_or_size_splits"}));
    ATTN_TRY(const std::int64_t named, arguments.integer({"axis"}, 0));
    ATTN_TRY(const std::size_t axis, axisOf(named, lowering.graph().shape(x).rank()));
    const std::int64_t extent = lowering.graph().shape(x)[axis];
    std::vector<std::int64_t> lengths = parts;
    // A list holds lengths in tf, and where to cut in keras.ops.
    const bool cuts = arguments.option({"indices_or_sections"}).is_array();
    const auto isLength = [&](std::int64_t length) { return length > 0 && length <= extent; };
    if (cuts && std::ranges::all_of(parts, isLength)) {
        lengths.push_back(extent);
        std::adjacent_difference(lengths.begin(), lengths.end(), lengths.begin());
    } else if (parts.size() == 1 && parts[0] > 0 && extent % parts[0] == 0) {
        if (parts[0] > mostParts) return fail(ErrorCode::Limit, "it makes more than 4096 tensors of one");
        lengths.assign(static_cast<std::size_t>(parts[0]), extent / parts[0]);
    }
    if (!std::ranges::all_of(lengths, isLength) ||
        std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0}) != extent)
        return fail(ErrorCode::Unsupported, "a split into parts that make up the axis expected");
    Values values;
    std::int64_t start = 0;
    for (const std::int64_t length : lengths) {
        ATTN_TRY(values.emplace_back(), sliced(lowering, x, axis, {start, start + length, nullptr}));
        start += length;
    }
    return values;
}

constexpr std::array rows{
    OperationRow{"BroadcastTo", "broadcast_to", lowerBroadcastTo},
    OperationRow{"Concatenate", "concat", lowerConcatenate},
    OperationRow{"ExpandDims", "expand_dims", lowerExpandDims},
    OperationRow{"Flip", "reverse", lowerFlip},
    OperationRow{"GetItem", "__operators__.getitem", lowerGetItem},
    OperationRow{"Reshape", "reshape", lowerReshape},
    OperationRow{"Split", "split", lowerSplit},
    OperationRow{"Squeeze", "squeeze", lowerSqueeze},
    OperationRow{"Stack", "stack", lowerStack},
    OperationRow{"SwapAxes", "", lowerSwapAxes},
    OperationRow{"Swapaxes", "", lowerSwapAxes},
    OperationRow{"Transpose", "transpose", lowerTranspose},
};

}  // namespace

std::span<const OperationRow> layoutOperations() {
    return rows;
}

}  // namespace attnscope
