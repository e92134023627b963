#pragma once

#include "layers/lowering.h"

#include <initializer_list>
#include <string_view>
#include <vector>

/// What an operation between layers is given: in Keras 3 its operands in the call and its options in the config, in
/// tf.keras everything in the call. Private to this room.
namespace attnscope {

class OperationArguments {
public:
    /// All three must outlive it.
    OperationArguments(Lowering& lowering, const Layer& layer, const CallArguments& call)
        : m_lowering(lowering), m_layer(layer), m_call(call) {}

    [[nodiscard]] Lowering& lowering() const { return m_lowering; }

    /// An operand, a tensor or a constant, by its position or one of its names. Errors: it is missing or no number.
    [[nodiscard]] Result<ValueId> operand(std::size_t position, std::initializer_list<std::string_view> names) const;
    /// All operands in a list, which is the first argument or has one of these names.
    [[nodiscard]] Result<std::vector<ValueId>> operands(std::initializer_list<std::string_view> names) const;
    /// How many positional arguments there are.
    [[nodiscard]] std::size_t count() const { return m_call.positional.size(); }

    /// An option by one of its names, in the call or the config; null if it is absent or null. Computed numbers that do
    /// not depend on the input, such as the lengths that tf.shape gives, stand in it as numbers.
    [[nodiscard]] nlohmann::json option(std::initializer_list<std::string_view> names) const;
    [[nodiscard]] Result<std::int64_t> integer(std::initializer_list<std::string_view> names,
                                               std::int64_t fallback) const;
    [[nodiscard]] Result<float> number(std::initializer_list<std::string_view> names, float fallback) const;
    [[nodiscard]] Result<bool> flag(std::initializer_list<std::string_view> names, bool fallback) const;
    /// A list of whole numbers, or one standing for a list of one; empty if absent or null.
    [[nodiscard]] Result<std::vector<std::int64_t>> integers(std::initializer_list<std::string_view> names) const;
    /// A positional argument that is no operand, as `option` gives it; null if there is none.
    [[nodiscard]] nlohmann::json positional(std::size_t position) const;

private:
    [[nodiscard]] Result<ValueId> value(const nlohmann::json& argument) const;
    [[nodiscard]] nlohmann::json known(nlohmann::json argument) const;

    Lowering& m_lowering;
    const Layer& m_layer;
    const CallArguments& m_call;
};

}  // namespace attnscope
