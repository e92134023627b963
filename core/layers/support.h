#pragma once

#include "graph/value_limit.h"
#include "layers/lowering.h"
#include "ops/elementwise.h"
#include "ops/reduce.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the lowering functions share; private to this room.
namespace attnscope {

/// A weight that a layer must have, by its short name, and the shape that its config and input demand.
struct ExpectedWeight {
    std::string_view name;
    Shape shape;
};

/// A weight's name without the path in front of it and without Keras's ":0": "lstm/lstm_cell/kernel:0" → "kernel".
[[nodiscard]] std::string shortWeightName(std::string_view fileName);

/// The layer's weights in the order they are expected: by name where the file uses these names, else by position.
/// Errors of code Shape: another number of weights, or `weight kernel: shape (5, 3) found, (7, 3) expected`.
[[nodiscard]] Result<std::vector<TensorPtr>> matchWeights(const Layer& layer,
                                                          const std::vector<ExpectedWeight>& expected);

/// The same, added to the graph as constants under their short names.
[[nodiscard]] Result<std::vector<ValueId>> addWeights(Lowering& lowering, const Layer& layer,
                                                      const std::vector<ExpectedWeight>& expected);

/// An error of code Shape unless there are exactly `count` inputs.
[[nodiscard]] Status expectInputs(const std::vector<Flow>& inputs, std::size_t count);
/// An error of code Shape unless the value has this rank, batch included.
[[nodiscard]] Status expectRank(Lowering& lowering, ValueId value, std::size_t rank);
/// An error of code Unsupported if the config asks for data_format channels_first.
[[nodiscard]] Status expectChannelsLast(const Config& config);
/// The only input of a layer that works on `places` axes between the batch and the features: [batch, time, features]
/// for 1, [batch, rows, columns, features] for 2. Errors: other inputs, features in front of the places.
[[nodiscard]] Result<ValueId> inputOverPlaces(Lowering& lowering, const Config& config, const std::vector<Flow>& inputs,
                                              std::size_t places);
/// A config entry that must be a whole number of at least 1; lists of one are read as their number. Without a fallback
/// it must be there.
[[nodiscard]] Result<std::int64_t> positive(const Config& config, std::string_view key,
                                            std::optional<std::int64_t> fallback = std::nullopt);
/// A 0-based axis from one that may count from the end, or an error of code Shape.
[[nodiscard]] Result<std::size_t> axisOf(std::int64_t axis, std::size_t rank);
/// The same for a list of different axes.
[[nodiscard]] Result<std::vector<std::size_t>> axesOf(const std::vector<std::int64_t>& axes, std::size_t rank);
/// Extents of which one may be open (negative), with that one such that they hold so many elements; none if they
/// cannot.
[[nodiscard]] std::optional<Shape> filledIn(std::vector<std::int64_t> extents, std::int64_t elements);
/// A number, true or false, or nested lists of them as a tensor. Errors: anything else, lists of different lengths.
[[nodiscard]] Result<Tensor> tensorOf(const nlohmann::json& numbers);

// Shorthands for adding single operations.
[[nodiscard]] Result<ValueId> unary(Lowering& lowering, UnaryKind kind, ValueId x, std::string_view name = {});
[[nodiscard]] Result<ValueId> binary(Lowering& lowering, BinaryKind kind, ValueId a, ValueId b,
                                     std::string_view name = {});
/// With a number, as a constant named `constant`, on the right-hand side.
[[nodiscard]] Result<ValueId> binary(Lowering& lowering, BinaryKind kind, ValueId a, float b, std::string_view constant,
                                     std::string_view name = {});
[[nodiscard]] Result<ValueId> reduce(Lowering& lowering, ReduceKind kind, ValueId x, std::vector<std::size_t> axes,
                                     bool keepAxes = false, std::string_view name = {});
/// Nothing is added if the value has the shape already.
[[nodiscard]] Result<ValueId> reshape(Lowering& lowering, ValueId x, Shape shape, std::string_view name = {});
/// Nothing is added for the identical order.
[[nodiscard]] Result<ValueId> permute(Lowering& lowering, ValueId x, std::vector<std::size_t> order,
                                      std::string_view name = {});

/// What stands behind what where an axis is repeated.
enum class Repeat {
    Each,   ///< every element behind itself: 1 1 2 2
    Whole,  ///< the whole axis behind itself: 1 2 1 2
};
/// The value with an axis `times` as long. Nothing is added for 1; errors of code Limit where it grows beyond bounds.
[[nodiscard]] Result<ValueId> repeated(Lowering& lowering, ValueId x, std::size_t axis, std::int64_t times,
                                       Repeat order);

/// The mask that a recurrent layer works with: that of its sequence, unless the era hides it from a call with an
/// initial state. An explicit mask is always seen.
[[nodiscard]] std::optional<ValueId> seenMask(Lowering& lowering, const std::vector<Flow>& inputs);

/// The value and its mask as the only output of a layer.
[[nodiscard]] inline std::vector<Flow> single(ValueId value, std::optional<ValueId> mask = std::nullopt) {
    return {Flow{value, mask}};
}

}  // namespace attnscope
