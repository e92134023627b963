#pragma once

#include "eval/backend.h"
#include "ops/vulkan_call.h"

#include <mutex>

namespace attnscope {

/// On its way from the device into memory: the numbers of a tensor, as part of a recording.
class ReadBack {
public:
    /// Errors: code Limit.
    [[nodiscard]] static Result<ReadBack> record(vulkan::Recorder& recorder, std::shared_ptr<vulkan::Device> device,
                                                 const VulkanOperand& operand);
    /// Once the recording has run.
    [[nodiscard]] TensorPtr tensor() const;

private:
    std::shared_ptr<vulkan::Device> m_device;
    Shape m_shape;
    vulkan::BufferPtr m_seen;  ///< nullptr where there are no elements
};

/// A value on the device. Numbers that came from the processor, or were read once, are kept there too.
class VulkanValue final : public StoredValue {
public:
    VulkanValue(std::shared_ptr<vulkan::Device> device, VulkanOperand operand, TensorPtr tensor = nullptr)
        : m_device(std::move(device)), m_operand(std::move(operand)), m_tensor(std::move(tensor)) {}

    /// Errors: code Limit, code DeviceLost.
    [[nodiscard]] Result<TensorPtr> read() const override;
    [[nodiscard]] std::size_t bytes() const override { return static_cast<std::size_t>(m_operand.buffer->bytes()); }
    [[nodiscard]] std::optional<DevicePlace> onDevice() const override {
        return DevicePlace{m_device, m_operand.buffer};
    }
    [[nodiscard]] const VulkanOperand& operand() const { return m_operand; }

private:
    std::shared_ptr<vulkan::Device> m_device;
    VulkanOperand m_operand;
    mutable std::mutex m_mutex;
    mutable TensorPtr m_tensor;
};

}  // namespace attnscope
