#include "layers/operation_arguments.h"

#include "layers/support.h"

#include <cmath>

namespace attnscope {

namespace {

using nlohmann::json;

tl::unexpected<Error> wrong(std::initializer_list<std::string_view> names, std::string_view expected) {
    return fail(ErrorCode::Format,
                "argument " + std::string(*names.begin()) + ": " + std::string(expected) + " expected");
}

}  // namespace

Result<ValueId> OperationArguments::value(const json& argument) const {
    if (argument.is_object() && argument.contains("tensor"))
        return m_call.tensors[argument["tensor"].get<std::size_t>()].value;
    ATTN_TRY(Tensor constant, tensorOf(argument));
    return m_lowering.graph().constant("constant", share(std::move(constant)));
}

json OperationArguments::known(json argument) const {
    if (!argument.is_structured()) return argument;
    if (!argument.is_object() || !argument.contains("tensor")) {
        for (json& item : argument) item = known(std::move(item));
        return argument;
    }
    constexpr std::size_t longest = 64;  // as many numbers as an option may have
    const Value& value = m_lowering.graph().value(m_call.tensors[argument["tensor"].get<std::size_t>()].value);
    if (value.kind != ValueKind::Constant || value.batched || value.shape.rank() > 1 ||
        value.constant->size() > longest)
        return argument;
    json numbers = json::array();
    for (const float number : value.constant->data()) {
        const bool whole = std::floor(number) == number && std::abs(number) < 9e15F;
        numbers.push_back(whole ? json(static_cast<std::int64_t>(number)) : json(number));
    }
    return value.shape.rank() == 0 ? numbers[0] : numbers;
}

Result<ValueId> OperationArguments::operand(std::size_t position, std::initializer_list<std::string_view> names) const {
    if (position < m_call.positional.size()) return value(m_call.positional[position]);
    for (const std::string_view name : names) {
        const auto found = m_call.named.find(name);
        if (found != m_call.named.end() && !found->is_null()) return value(*found);
    }
    return wrong(names, "a tensor or a number");
}

Result<std::vector<ValueId>> OperationArguments::operands(std::initializer_list<std::string_view> names) const {
    json list = positional(0);
    for (const std::string_view name : names)
        if (list.is_null() && m_call.named.contains(name)) list = m_call.named[std::string(name)];
    if (!list.is_array() || list.empty()) return wrong(names, "a list of tensors");
    std::vector<ValueId> values;
    for (const json& item : list) {
        ATTN_TRY(values.emplace_back(), value(item));
    }
    return values;
}

json OperationArguments::option(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
        // A layer's own dtype is not the one that tf.cast is called with.
        for (const json* place : {&m_call.named, &m_layer.config.json()}) {
            const auto found = place->find(name);
            if (found != place->end() && !found->is_null()) return known(*found);
        }
    }
    return nullptr;
}

Result<std::int64_t> OperationArguments::integer(std::initializer_list<std::string_view> names,
                                                 std::int64_t fallback) const {
    const json found = option(names);
    if (found.is_null()) return fallback;
    if (!found.is_number_integer()) return wrong(names, "a whole number");
    return found.get<std::int64_t>();
}

Result<float> OperationArguments::number(std::initializer_list<std::string_view> names, float fallback) const {
    const json found = option(names);
    if (found.is_null()) return fallback;
    if (!found.is_number()) return wrong(names, "a number");
    return static_cast<float>(found.get<double>());
}

Result<bool> OperationArguments::flag(std::initializer_list<std::string_view> names, bool fallback) const {
    const json found = option(names);
    if (found.is_null()) return fallback;
    if (!found.is_boolean()) return wrong(names, "true or false");
    return found.get<bool>();
}

Result<std::vector<std::int64_t>> OperationArguments::integers(std::initializer_list<std::string_view> names) const {
    json found = option(names);
    if (found.is_null()) return std::vector<std::int64_t>{};
    if (!found.is_array()) found = json::array({found});
    std::vector<std::int64_t> numbers;
    for (const json& item : found) {
        if (!item.is_number_integer()) return wrong(names, "whole numbers");
        numbers.push_back(item.get<std::int64_t>());
    }
    return numbers;
}

json OperationArguments::positional(std::size_t position) const {
    return position < m_call.positional.size() ? known(m_call.positional[position]) : json();
}

}  // namespace attnscope
