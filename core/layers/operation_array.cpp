#include "layers/categories.h"
#include "layers/operation_functions.h"
#include "layers/support.h"
#include "ops/gather.h"
#include "ops/layout.h"
#include "ops/matmul.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace attnscope {

namespace {

using nlohmann::json;

Result<ValueId> operandOf(const OperationArguments& arguments) {
    return arguments.operand(0, {"x", "input", "tensor", "value", "params", "lengths", "indices"});
}

const Shape& shapeOf(const OperationArguments& arguments, ValueId value) {
    return arguments.lowering().graph().shape(value);
}

/// An axis that has to be named, or has a fallback; never the batch.
Result<std::size_t> ownAxis(const OperationArguments& arguments, ValueId x, std::optional<std::int64_t> fallback) {
    json named = arguments.option({"axis"});
    if (named.is_array() && named.size() == 1) named = json(named[0]);
    if (named.is_null() && fallback) named = *fallback;
    if (!named.is_number_integer()) return fail(ErrorCode::Unsupported, "argument axis: one axis expected");
    ATTN_TRY(const std::size_t axis, axisOf(named.get<std::int64_t>(), shapeOf(arguments, x).rank()));
    if (axis == 0 && arguments.lowering().graph().value(x).batched)
        return fail(ErrorCode::Unsupported, "it works along the batch, which mixes examples");
    return axis;
}

ValueId tensorConstant(const OperationArguments& arguments, Tensor tensor) {
    return arguments.lowering().graph().constant("constant", share(std::move(tensor)));
}

/// 0, 1, … as far as an axis runs.
Result<Tensor> places(std::int64_t extent) {
    ATTN_CHECK(expectReasonable({extent}, mostMadeElements));
    Tensor numbers(Shape{extent});
    std::iota(numbers.data().begin(), numbers.data().end(), 0.0F);
    return numbers;
}

Result<Values> lowerShape(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    const Shape shape = shapeOf(arguments, x);
    Tensor extents(Shape{static_cast<std::int64_t>(shape.rank())});
    std::ranges::transform(shape, extents.data().begin(),
                           [](std::int64_t extent) { return static_cast<float>(extent); });
    return Values{tensorConstant(arguments, std::move(extents))};
}

Result<Values> lowerTile(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId x, operandOf(arguments));
    ATTN_TRY(const std::vector<std::int64_t> times, arguments.integers({"multiples", "repeats"}));
    if (times.size() != shapeOf(arguments, x).rank())
        return fail(ErrorCode::Unsupported, "argument multiples: a number for each axis expected");
    if (times[0] != 1 && lowering.graph().value(x).batched) return fail(ErrorCode::Unsupported, "it repeats the batch");
    for (std::size_t axis = 0; axis < times.size(); ++axis) {
        if (times[axis] < 1) return fail(ErrorCode::Unsupported, "argument multiples: at least 1 expected");
        ATTN_TRY(x, repeated(lowering, x, axis, times[axis], Repeat::Whole));
    }
    return Values{x};
}

Result<Values> lowerRepeat(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const std::size_t axis, ownAxis(arguments, x, std::nullopt));
    ATTN_TRY(const std::vector<std::int64_t> times, arguments.integers({"repeats", "rep"}));
    if (times.size() != 1 || times[0] < 1)
        return fail(ErrorCode::Unsupported, "argument repeats: one number from 1 expected");
    return one(repeated(arguments.lowering(), x, axis, times[0], Repeat::Each));
}

/// A part of one axis, from `start` on.
Result<ValueId> part(const OperationArguments& arguments, ValueId x, std::size_t axis, std::int64_t start,
                     std::int64_t length) {
    const std::int64_t extent = shapeOf(arguments, x)[axis];
    if (start < 0 || length < 1 || start > extent - length)
        return fail(ErrorCode::Shape, "a part of an axis that is not there");
    if (length == extent) return x;
    return arguments.lowering().graph().add(std::make_shared<Slice>(axis, start, length, 1), {x});
}

Result<ValueId> withoutAxis(const OperationArguments& arguments, ValueId x, std::size_t axis) {
    std::vector<std::int64_t> extents = shapeOf(arguments, x).extents();
    extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(axis));
    return reshape(arguments.lowering(), x, Shape(std::move(extents)));
}

/// Rows of a table by ids that are computed, or parts of an axis by numbers in the file; `usual` is the axis where none
/// is named.
Result<Values> picked(const OperationArguments& arguments, std::optional<std::int64_t> usual) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    json indices = arguments.option({"indices"});
    if (indices.is_null()) indices = arguments.positional(1);
    ATTN_TRY(const std::int64_t batchAxes, arguments.integer({"batch_dims"}, 0));
    if (batchAxes != 0) return fail(ErrorCode::Unsupported, "argument batch_dims: 0 expected");
    if (indices.is_object()) {
        ATTN_TRY(const ValueId ids, arguments.operand(1, {"indices"}));
        if (lowering.graph().value(x).batched || shapeOf(arguments, x).rank() != 2)
            return fail(ErrorCode::Unsupported, "it picks from a computed tensor by computed numbers");
        ATTN_TRY(const std::size_t axis, ownAxis(arguments, x, usual));
        if (axis != 0) return fail(ErrorCode::Unsupported, "argument axis: rows, axis 0, expected");
        return one(lowering.graph().add(std::make_shared<Gather>(), {x, ids}, "rows"));
    }
    ATTN_TRY(const std::size_t axis, ownAxis(arguments, x, usual));
    const json list = indices.is_array() ? indices : json::array({indices});
    if (list.empty() || static_cast<std::int64_t>(list.size()) > mostParts)
        return fail(ErrorCode::Unsupported, "argument indices: 1 to 4096 numbers expected");
    Values parts;
    for (const json& index : list) {
        if (!index.is_number_integer()) return fail(ErrorCode::Unsupported, "argument indices: whole numbers expected");
        ATTN_TRY(const std::size_t at,
                 axisOf(index.get<std::int64_t>(), static_cast<std::size_t>(shapeOf(arguments, x)[axis])));
        ATTN_TRY(parts.emplace_back(), part(arguments, x, axis, static_cast<std::int64_t>(at), 1));
    }
    if (!indices.is_array()) return one(withoutAxis(arguments, parts.front(), axis));
    if (parts.size() == 1) return parts;
    return one(lowering.graph().add(std::make_shared<Concatenate>(axis), parts, "picked"));
}

Result<Values> lowerGather(const OperationArguments& arguments) {
    return picked(arguments, 0);
}

/// Without an axis, keras.ops.take picks from all numbers in a row (keras/src/ops/numpy.py).
Result<Values> lowerTake(const OperationArguments& arguments) {
    return picked(arguments, std::nullopt);
}

Result<Values> lowerUnstack(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const std::size_t axis, ownAxis(arguments, x, 0));
    const std::int64_t extent = shapeOf(arguments, x)[axis];
    if (extent > mostParts) return fail(ErrorCode::Limit, "it makes more than 4096 tensors of one");
    Values values;
    for (std::int64_t at = 0; at < extent; ++at) {
        ATTN_TRY(const ValueId slice, part(arguments, x, axis, at, 1));
        ATTN_TRY(values.emplace_back(), withoutAxis(arguments, slice, axis));
    }
    return values;
}

/// tf.slice: where each axis begins, and how long it is, −1 for the rest.
Result<Values> lowerSlice(const OperationArguments& arguments) {
    ATTN_TRY(ValueId x, operandOf(arguments));
    ATTN_TRY(const std::vector<std::int64_t> begins, arguments.integers({"begin"}));
    ATTN_TRY(const std::vector<std::int64_t> sizes, arguments.integers({"size"}));
    const Shape shape = shapeOf(arguments, x);
    if (begins.size() != shape.rank() || sizes.size() != shape.rank())
        return fail(ErrorCode::Unsupported, "arguments begin and size: a number for each axis expected");
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
        if (begins[axis] < 0) return fail(ErrorCode::Shape, "argument begin: numbers from 0 on expected");
        const std::int64_t length = sizes[axis] == -1 ? shape[axis] - begins[axis] : sizes[axis];
        if (axis == 0 && length != shape[0] && arguments.lowering().graph().value(x).batched)
            return fail(ErrorCode::Unsupported, "it picks examples of the batch");
        ATTN_TRY(x, part(arguments, x, axis, begins[axis], length));
    }
    return Values{x};
}

Result<Values> lowerPad(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId x, operandOf(arguments));
    const json pads = arguments.option({"paddings", "pad_width"});
    const json mode = arguments.option({"mode"});
    ATTN_TRY(const float value, arguments.number({"constant_values"}, 0.0F));
    if (!mode.is_null() && mode != "CONSTANT" && mode != "constant")
        return fail(ErrorCode::Unsupported, "argument mode: constant expected");
    if (!pads.is_array() || pads.size() != shapeOf(arguments, x).rank())
        return fail(ErrorCode::Unsupported, "argument paddings: two numbers for each axis expected");
    for (std::size_t axis = 0; axis < pads.size(); ++axis) {
        const json& pair = pads[axis];
        constexpr std::int64_t most = std::int64_t{1} << 31U;
        const auto fits = [](const json& pad) { return pad.is_number_integer() && pad >= 0 && pad < most; };
        if (!pair.is_array() || pair.size() != 2 || !fits(pair[0]) || !fits(pair[1]))
            return fail(ErrorCode::Unsupported, "argument paddings: two numbers for each axis expected");
        const auto before = pair[0].get<std::int64_t>();
        const auto after = pair[1].get<std::int64_t>();
        if (before == 0 && after == 0) continue;
        if (axis == 0) return fail(ErrorCode::Unsupported, "it pads the batch");
        ATTN_TRY(x, lowering.graph().add(std::make_shared<Pad>(axis, before, after, value), {x}));
    }
    return Values{x};
}

Result<Values> lowerRoll(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const std::size_t axis, ownAxis(arguments, x, std::nullopt));
    ATTN_TRY(const std::vector<std::int64_t> shift, arguments.integers({"shift"}));
    if (shift.size() != 1) return fail(ErrorCode::Unsupported, "argument shift: one number expected");
    const std::int64_t extent = shapeOf(arguments, x)[axis];
    const std::int64_t moved = (shift[0] % extent + extent) % extent;
    if (moved == 0) return Values{x};
    ATTN_TRY(const ValueId front, part(arguments, x, axis, extent - moved, moved));
    ATTN_TRY(const ValueId back, part(arguments, x, axis, 0, extent - moved));
    return one(arguments.lowering().graph().add(std::make_shared<Concatenate>(axis), {front, back}, "rolled"));
}

/// The last two axes' numbers on the diagonal, up to `lower` below and `upper` above it; negative for all.
Result<ValueId> band(const OperationArguments& arguments, ValueId x, std::int64_t lower, std::int64_t upper) {
    const Shape shape = shapeOf(arguments, x);
    if (shape.rank() < 2) return fail(ErrorCode::Shape, "matrices expected");
    ATTN_CHECK(expectReasonable(shape.from(shape.rank() - 2), mostMadeElements));
    Tensor kept(shape.from(shape.rank() - 2));
    for (std::int64_t row = 0; row < kept.dim(0); ++row)
        for (std::int64_t column = 0; column < kept.dim(1); ++column)
            kept[static_cast<std::size_t>(row * kept.dim(1) + column)] =
                (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper) ? 1.0F : 0.0F;
    // Not a product: infinities outside of the band are gone, too.
    GraphBuilder& graph = arguments.lowering().graph();
    return graph.add(std::make_shared<Select>(),
                     {tensorConstant(arguments, std::move(kept)), x, graph.scalar("zero", 0.0F)});
}

Result<Values> lowerBandPart(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const std::int64_t lower, arguments.integer({"num_lower"}, -1));
    ATTN_TRY(const std::int64_t upper, arguments.integer({"num_upper"}, -1));
    return one(band(arguments, x, lower, upper));
}

Result<Values> lowerMatrixTranspose(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, arguments.operand(0, {"a"}));
    std::vector<std::size_t> order(shapeOf(arguments, x).rank());
    if (order.size() < 3) return fail(ErrorCode::Shape, "matrices expected");
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::swap(order[order.size() - 2], order[order.size() - 1]);
    return one(permute(arguments.lowering(), x, std::move(order)));
}

Result<Values> lowerBatchFlatten(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    const Shape shape = shapeOf(arguments, x);
    if (shape.rank() < 2) return fail(ErrorCode::Shape, "more than one axis expected");
    return one(reshape(arguments.lowering(), x, Shape{shape[0], shape.from(1).elements()}));
}

/// Sums over all that is not behind, as a product with a triangle of ones.
Result<Values> lowerCumsum(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId x, operandOf(arguments));
    ATTN_TRY(const std::size_t axis, ownAxis(arguments, x, 0));
    ATTN_TRY(const bool exclusive, arguments.flag({"exclusive"}, false));
    ATTN_TRY(const bool reverse, arguments.flag({"reverse"}, false));
    const std::size_t rank = shapeOf(arguments, x).rank();
    const std::int64_t extent = shapeOf(arguments, x)[axis];
    ATTN_CHECK(expectReasonable({extent, extent}, mostMadeElements));
    Tensor counted(Shape{extent, extent});
    for (std::int64_t from = 0; from < extent; ++from)
        for (std::int64_t to = 0; to < extent; ++to)
            counted[static_cast<std::size_t>(from * extent + to)] =
                (reverse ? from > to : from < to) || (from == to && !exclusive) ? 1.0F : 0.0F;
    std::vector<std::size_t> order(rank);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::swap(order[axis], order[rank - 1]);
    ATTN_TRY(x, permute(lowering, x, order));
    ATTN_TRY(x, lowering.graph().add(std::make_shared<MatMul>(), {x, tensorConstant(arguments, std::move(counted))}));
    return one(permute(lowering, x, std::move(order)));
}

/// A new last axis of ones and zeros.
Result<Values> lowerOneHot(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const std::int64_t depth, arguments.integer({"depth", "num_classes"}, 0));
    ATTN_TRY(const std::int64_t axis, arguments.integer({"axis"}, -1));
    ATTN_TRY(const float on, arguments.number({"on_value"}, 1.0F));
    ATTN_TRY(const float off, arguments.number({"off_value"}, 0.0F));
    if (axis != -1 || on != 1.0F || off != 0.0F)
        return fail(ErrorCode::Unsupported, "ones and zeros along a new last axis expected");
    if (depth < 1) return fail(ErrorCode::Unsupported, "argument depth: at least 1 expected");
    ATTN_TRY(Tensor numbers, places(depth));
    return one(comparedWithEach(lowering, BinaryKind::Equal, x, std::move(numbers), "categories"));
}

Result<Values> lowerSequenceMask(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId lengths, operandOf(arguments));
    ATTN_TRY(const std::int64_t longest, arguments.integer({"maxlen"}, 0));
    if (longest < 1) return fail(ErrorCode::Unsupported, "argument maxlen: a number expected");
    ATTN_TRY(Tensor steps, places(longest));
    return one(comparedWithEach(lowering, BinaryKind::Greater, lengths, std::move(steps), "timesteps"));
}

/// tf.range of numbers that are known: its end, or its start, end and step.
Result<Values> lowerRange(const OperationArguments& arguments) {
    std::array<std::int64_t, 3> numbers{0, 0, 1};
    const std::array<json, 3> given{arguments.positional(0), arguments.option({"limit"}), arguments.option({"delta"})};
    for (std::size_t index = 0; index < given.size(); ++index) {
        if (given[index].is_null()) continue;
        if (!given[index].is_number_integer()) return fail(ErrorCode::Unsupported, "whole numbers expected");
        numbers[index] = given[index].get<std::int64_t>();
    }
    if (given[1].is_null()) numbers = {0, numbers[0], numbers[2]};
    constexpr std::int64_t most = std::int64_t{1} << 24U;
    const auto [start, end, step] = numbers;
    if (step < 1 || start < -most || end > most || end <= start)
        return fail(ErrorCode::Unsupported, "numbers that increase, up to 2^24, expected");
    Tensor range(Shape{(end - start - 1) / step + 1});
    for (std::size_t index = 0; index < range.size(); ++index)
        range[index] = static_cast<float>(start + static_cast<std::int64_t>(index) * step);
    return Values{tensorConstant(arguments, std::move(range))};
}

constexpr std::array rows{
    OperationRow{"Cumsum", "math.cumsum", lowerCumsum},
    OperationRow{"OneHot", "one_hot", lowerOneHot},
    OperationRow{"Pad", "pad", lowerPad},
    OperationRow{"Repeat", "repeat", lowerRepeat},
    OperationRow{"Roll", "roll", lowerRoll},
    OperationRow{"Take", "", lowerTake},
    OperationRow{"Tile", "tile", lowerTile},
    OperationRow{"Unstack", "unstack", lowerUnstack},
    OperationRow{"", "gather", lowerGather},
    OperationRow{"", "keras.backend.batch_flatten", lowerBatchFlatten},
    OperationRow{"", "linalg.band_part", lowerBandPart},
    OperationRow{"", "linalg.matrix_transpose", lowerMatrixTranspose},
    OperationRow{"", "range", lowerRange},
    OperationRow{"", "sequence_mask", lowerSequenceMask},
    OperationRow{"", "shape", lowerShape},
    OperationRow{"", "slice", lowerSlice},
};

}  // namespace

std::span<const OperationRow> arrayOperations() {
    return rows;
}

}  // namespace attnscope
