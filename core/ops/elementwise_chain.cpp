#include "ops/elementwise_chain.h"

#include "ops/layout.h"

#include <algorithm>
#include <bit>

namespace attnscope {
namespace {

Shape withoutOnes(const Shape& shape) {
    std::vector<std::int64_t> extents(shape.begin(), shape.end());
    std::erase(extents, 1);
    return Shape(std::move(extents));
}

/// How `from` is read along the axes of `to` that are longer than 1.
Strides stridesWithin(const Shape& from, const Shape& to) {
    const Strides all = broadcastStrides(from, to);
    Strides strides;
    for (std::size_t axis = 0; axis < to.rank(); ++axis)
        if (to[axis] != 1) strides.push_back(all[axis]);
    return strides;
}

}  // namespace

std::optional<ElementwiseFunction> elementwiseFunction(const Operation& operation) {
    constexpr std::uint32_t firstBinary = 32;
    constexpr std::uint32_t selection = 63;
    if (const auto* unary = dynamic_cast<const Unary*>(&operation))
        return ElementwiseFunction{static_cast<std::uint32_t>(unary->kind()), unary->alpha()};
    if (const auto* binary = dynamic_cast<const Binary*>(&operation))
        return ElementwiseFunction{firstBinary + static_cast<std::uint32_t>(binary->kind()), 1.0F};
    if (dynamic_cast<const Select*>(&operation) != nullptr) return ElementwiseFunction{selection, 1.0F};
    return std::nullopt;
}

bool ElementwiseChain::add(const Operation& operation, std::span<const Value> inputs, const Value& output) {
    const bool begins = m_steps.empty();
    if (output.shape.elements() == 0 || (!begins && withoutOnes(output.shape) != m_extents)) return false;
    if (dynamic_cast<const Reshape*>(&operation) != nullptr) {
        const Made* same = find(m_made, inputs[0].slot);
        if (same == nullptr) return false;
        m_made.push_back({output.slot, same->step});
        return true;
    }
    const std::optional<ElementwiseFunction> function = elementwiseFunction(operation);
    if (!function || m_steps.size() == mostSteps) return false;
    const std::size_t inputsBefore = m_inputs.size();
    Step step{*function, {}, std::string(operation.name())};
    for (const Value& input : inputs) {
        const std::optional<std::uint32_t> operand = operandFor(input, output.shape);
        if (!operand) {
            m_inputs.resize(inputsBefore);
            return false;
        }
        step.operands.push_back(*operand);
    }
    if (begins) m_extents = withoutOnes(output.shape);
    m_made.push_back({output.slot, m_steps.size()});
    m_steps.push_back(std::move(step));
    return true;
}

std::optional<std::uint32_t> ElementwiseChain::operandFor(const Value& value, const Shape& space) {
    if (const Made* made = find(m_made, value.slot)) {
        // What is stretched is not computed where it is read.
        if (withoutOnes(value.shape) != m_extents) return std::nullopt;
        return static_cast<std::uint32_t>(mostInputs + made->step);
    }
    Strides strides = stridesWithin(value.shape, space);
    for (std::size_t n = 0; n < m_inputs.size(); ++n)
        if (m_inputs[n].slot == value.slot && m_inputs[n].strides == strides) return static_cast<std::uint32_t>(n);
    if (m_inputs.size() == mostInputs) return std::nullopt;
    m_inputs.push_back({value.slot, std::move(strides)});
    return static_cast<std::uint32_t>(m_inputs.size() - 1);
}

std::vector<std::size_t> ElementwiseChain::inputs() const {
    std::vector<std::size_t> slots;
    for (const Input& input : m_inputs) slots.push_back(input.slot);
    return slots;
}

std::vector<ChainOutput> ElementwiseChain::outputsFor(std::span<const std::size_t> slots) const {
    std::vector<ChainOutput> outputs;
    for (const std::size_t slot : slots) {
        const std::size_t step = find(m_made, slot)->step;
        const auto known = std::ranges::find(outputs, step, &ChainOutput::step);
        if (known != outputs.end()) {
            known->slots.push_back(slot);
        } else {
            outputs.push_back({{slot}, step});
        }
    }
    return outputs;
}

std::string ElementwiseChain::name() const {
    std::string name;
    for (const Step& step : m_steps) name += (name.empty() ? "" : "+") + step.name;
    return name;
}

std::vector<std::uint32_t> ElementwiseChain::constants(std::span<const ChainOutput> outputs) const {
    constexpr std::uint32_t functionBits = 6;
    constexpr std::uint32_t operandBits = 4;
    constexpr std::uint32_t mostOperands = 3;
    std::vector<std::uint32_t> words(1 + 2 * mostSteps, 0);
    words[0] = static_cast<std::uint32_t>(m_steps.size());
    for (std::size_t at = 0; at < m_steps.size(); ++at) {
        const Step& step = m_steps[at];
        std::uint32_t word = step.function.code;
        for (std::size_t n = 0; n < step.operands.size(); ++n)
            word |= step.operands[n] << (functionBits + operandBits * static_cast<std::uint32_t>(n));
        const auto output = std::ranges::find(outputs, at, &ChainOutput::step);
        if (output != outputs.end())
            word |= static_cast<std::uint32_t>(output - outputs.begin() + 1)
                    << (functionBits + operandBits * mostOperands);
        words[1 + at] = word;
        words[1 + mostSteps + at] = std::bit_cast<std::uint32_t>(step.function.alpha);
    }
    return words;
}

}  // namespace attnscope
