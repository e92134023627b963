#include "eval/vulkan_value.h"

#include <cstring>
#include <limits>

namespace attnscope {

Result<ReadBack> ReadBack::record(vulkan::Recorder& recorder, std::shared_ptr<vulkan::Device> device,
                                  const VulkanOperand& operand) {
    ReadBack reading;
    reading.m_shape = operand.shape;
    const std::uint64_t bytes = static_cast<std::uint64_t>(operand.shape.elements()) * sizeof(float);
    if (bytes > 0) {
        ATTN_TRY(reading.m_seen, vulkan::Buffer::allocate(device, vulkan::MemoryUse::ReadBack, bytes));
        recorder.copy(operand.buffer, reading.m_seen, bytes);
    }
    reading.m_device = std::move(device);
    return reading;
}

TensorPtr ReadBack::tensor() const {
    Tensor tensor(m_shape);
    if (m_seen != nullptr) {
        std::memcpy(tensor.data().data(), m_seen->mapped().data(), tensor.size() * sizeof(float));
        if (m_device->givesNonsense()) tensor[0] = std::numeric_limits<float>::quiet_NaN();
    }
    return share(std::move(tensor));
}

Result<TensorPtr> VulkanValue::read() const {
    const std::lock_guard lock(m_mutex);
    if (m_tensor == nullptr && m_operand.shape.elements() == 0) m_tensor = share(Tensor(m_operand.shape));
    if (m_tensor != nullptr) return m_tensor;
    ATTN_TRY(vulkan::Recorder recorder, vulkan::Recorder::begin(m_device));
    ATTN_TRY(const ReadBack reading, ReadBack::record(recorder, m_device, m_operand));
    ATTN_TRY(vulkan::Submission submission, std::move(recorder).submit());
    ATTN_CHECK(submission.wait(CancelToken()));
    m_tensor = reading.tensor();
    return m_tensor;
}

}  // namespace attnscope
