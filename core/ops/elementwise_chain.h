#pragma once

#include "ops/elementwise.h"
#include "ops/strided.h"
#include "ops/vulkan_call.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace attnscope {

/// What an elementwise operation does to one number of each of its inputs; mirrors shaders/elementwise.comp.
struct ElementwiseFunction {
    std::uint32_t code = 0;
    float alpha = 1.0F;
};

/// The function of a Unary, a Binary or a Select; nothing for any other operation.
[[nodiscard]] std::optional<ElementwiseFunction> elementwiseFunction(const Operation& operation);

/// A result of a chain that is written.
struct ChainOutput {
    std::vector<std::size_t> slots;  ///< several where a Reshape changes nothing but the shape
    std::size_t step = 0;
};

/// Elementwise operations that run as one kernel: every input is read once, results go from one operation to the next
/// in registers, and only those that somebody asks for are written (shaders/elementwise.comp).
///
/// All results have the same elements in the same order; a Reshape between them that only adds or removes axes of
/// extent 1 is part of the chain. Values are named by their slots, as a run's steps name them.
class ElementwiseChain {
public:
    static constexpr std::size_t mostInputs = 5;
    static constexpr std::size_t mostSteps = 8;
    static constexpr std::size_t mostOutputs = 4;

    struct Value {
        std::size_t slot = 0;
        Shape shape;
    };

    /// Takes one more operation in. False, and nothing changes, where it is not elementwise, has other elements than
    /// the results so far, or needs more inputs or steps than the kernel has.
    [[nodiscard]] bool add(const Operation& operation, std::span<const Value> inputs, const Value& output);

    /// How many operations there are.
    [[nodiscard]] std::size_t size() const { return m_steps.size(); }
    [[nodiscard]] bool makes(std::size_t slot) const { return find(m_made, slot) != nullptr; }
    /// The slots that are read, in the order of the recorded call's inputs.
    [[nodiscard]] std::vector<std::size_t> inputs() const;
    /// What is to be written so that these slots have their values.
    [[nodiscard]] std::vector<ChainOutput> outputsFor(std::span<const std::size_t> slots) const;
    /// "add+tanh".
    [[nodiscard]] std::string name() const;

    /// Records the kernel: the call's inputs are inputs(), its outputs `outputs`.
    [[nodiscard]] Status record(VulkanCall& call, std::span<const ChainOutput> outputs) const;

private:
    /// An input that is read along the axes of the results that are longer than 1.
    struct Input {
        std::size_t slot = 0;
        Strides strides;
    };
    struct Step {
        ElementwiseFunction function;
        std::vector<std::uint32_t> operands;  ///< inputs from 0, results of steps from mostInputs on
        std::string name;
    };
    struct Made {
        std::size_t slot = 0;
        std::size_t step = 0;
    };

    template <typename Entry>
    [[nodiscard]] static const Entry* find(const std::vector<Entry>& entries, std::size_t slot) {
        for (const Entry& entry : entries)
            if (entry.slot == slot) return &entry;
        return nullptr;
    }
    /// The place of a number among those that there are to compute with; nothing where a kernel has no room for it.
    [[nodiscard]] std::optional<std::uint32_t> operandFor(const Value& value, const Shape& space);
    /// The chain as the kernel's specialisation constants.
    [[nodiscard]] std::vector<std::uint32_t> constants(std::span<const ChainOutput> outputs) const;

    Shape m_extents;  ///< of every result, without those of 1
    std::vector<Input> m_inputs;
    std::vector<Step> m_steps;
    std::vector<Made> m_made;
};

}  // namespace attnscope
