#pragma once

#include "base/result.h"
#include "tensor/shape.h"
#include "vulkan/recorder.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace attnscope {

/// A tensor on the device: row-major float32 from the start of its buffer, which holds at least one element.
struct VulkanOperand {
    vulkan::BufferPtr buffer;
    Shape shape;
};

/// A tensor that an operation is to make.
struct VulkanResult {
    Shape shape;
    bool lasts = true;  ///< beyond the evaluation; otherwise its memory is that of others before and after
};

/// How a dispatch uses an operand.
[[nodiscard]] inline vulkan::Binding reads(const VulkanOperand& operand) {
    return {operand.buffer, false};
}
[[nodiscard]] inline vulkan::Binding writes(const VulkanOperand& operand) {
    return {operand.buffer, true};
}

/// Push constants of kernels that have none.
struct NoPush {};

/// One operation being recorded: its inputs, its output and the commands that make the one from the others. Commands
/// may rely on all earlier ones; nothing runs before the whole evaluation is submitted. Several operations that are
/// recorded as one have several outputs.
class VulkanCall {
public:
    VulkanCall(std::shared_ptr<vulkan::Device> device, vulkan::Recorder& recorder,
               std::span<const VulkanOperand> inputs, std::span<const VulkanResult> results)
        : m_device(std::move(device)),
          m_recorder(recorder),
          m_inputs(inputs),
          m_results(results),
          m_outputs(results.size()) {}

    [[nodiscard]] std::size_t inputs() const { return m_inputs.size(); }
    [[nodiscard]] const VulkanOperand& input(std::size_t index) const { return m_inputs[index]; }
    [[nodiscard]] std::size_t outputs() const { return m_results.size(); }
    /// Has at least one element: operations with an empty output are not recorded.
    [[nodiscard]] const Shape& outputShape(std::size_t index = 0) const { return m_results[index].shape; }
    [[nodiscard]] const vulkan::DeviceInfo& device() const { return m_device->info(); }

    /// An output, allocated when first asked for and not cleared. Errors of code Limit.
    [[nodiscard]] Result<VulkanOperand> output(std::size_t index = 0);
    /// Makes the output the same bytes as an operand, seen as the output's shape: values never change once computed.
    /// Where only the output lasts the bytes are copied. Errors of code Limit.
    [[nodiscard]] Status outputSharesBytesOf(const VulkanOperand& operand);
    /// Memory for the time of the operation, not cleared.
    [[nodiscard]] VulkanOperand scratch(const Shape& shape);
    /// Scratch that holds numbers (32 bits each) which the operation itself knows; meant for tables, not for tensors.
    template <typename Number>
    [[nodiscard]] VulkanOperand table(std::span<const Number> numbers) {
        static_assert(sizeof(Number) == sizeof(std::uint32_t) && std::is_trivially_copyable_v<Number>);
        return tableOfBytes(std::as_bytes(numbers));
    }
    /// One word that is 0. A kernel that finds input values which the operation must refuse (an id beyond the table)
    /// sets it to 1 and goes on with any number; the CPU kernel is then asked for the error.
    [[nodiscard]] VulkanOperand refusal();

    /// Threads of a workgroup where nothing speaks for another number.
    [[nodiscard]] std::uint32_t workgroupSize() const;
    /// Workgroups of `size` threads for one thread per element: linearIndex() in common/kernel.glsl counts them.
    [[nodiscard]] vulkan::Groups groupsFor(std::int64_t elements, std::uint32_t size) const;
    /// That many workgroups: linearGroup() counts them, and may count a few too many.
    [[nodiscard]] vulkan::Groups groups(std::int64_t count) const;

    /// Runs shaders/<shader>.comp. `constants` are its specialisation constants, workgroup size first; `push` its push
    /// constants. Errors: code Device (the shader is refused), code Limit.
    template <typename Push>
    [[nodiscard]] Status dispatch(std::string_view shader, std::vector<std::uint32_t> constants,
                                  const std::vector<vulkan::Binding>& bindings, const Push& push,
                                  const vulkan::Groups& workgroups) {
        static_assert(std::is_trivially_copyable_v<Push>);
        const std::span<const Push, 1> one(&push, 1);
        return dispatchBytes(shader, std::move(constants), bindings,
                             std::is_empty_v<Push> ? std::span<const std::byte>() : std::as_bytes(one), workgroups);
    }
    [[nodiscard]] vulkan::Recorder& recorder() { return m_recorder; }

    /// For whoever had the operation recorded.
    [[nodiscard]] const std::optional<VulkanOperand>& recordedRefusal() const { return m_refusal; }

private:
    [[nodiscard]] VulkanOperand tableOfBytes(std::span<const std::byte> bytes);
    [[nodiscard]] Status dispatchBytes(std::string_view shader, std::vector<std::uint32_t> constants,
                                       const std::vector<vulkan::Binding>& bindings, std::span<const std::byte> push,
                                       const vulkan::Groups& workgroups);

    std::shared_ptr<vulkan::Device> m_device;
    vulkan::Recorder& m_recorder;
    std::span<const VulkanOperand> m_inputs;
    std::span<const VulkanResult> m_results;
    std::vector<std::optional<VulkanOperand>> m_outputs;
    std::optional<VulkanOperand> m_refusal;
};

}  // namespace attnscope
