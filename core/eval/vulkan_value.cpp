#include "eval/vulkan_value.h"

#include <cstring>
#include <limits>

namespace attnscope {

Result<TensorPtr> VulkanValue::read() const {
    const std::lock_guard lock(m_mutex);
    if (m_tensor != nullptr) return m_tensor;
    Tensor tensor(m_operand.shape);
    const std::uint64_t bytes = tensor.size() * sizeof(float);
    if (bytes > 0) {
        ATTN_TRY(const vulkan::BufferPtr seen, vulkan::Buffer::allocate(m_device, vulkan::MemoryUse::ReadBack, bytes));
        ATTN_TRY(vulkan::Recorder recorder, vulkan::Recorder::begin(m_device));
        recorder.copy(m_operand.buffer, seen, bytes);
        ATTN_TRY(vulkan::Submission submission, std::move(recorder).submit());
        ATTN_CHECK(submission.wait(CancelToken()));
        std::memcpy(tensor.data().data(), seen->mapped().data(), bytes);
        if (m_device->givesNonsense()) tensor[0] = std::numeric_limits<float>::quiet_NaN();
    }
    m_tensor = share(std::move(tensor));
    return m_tensor;
}

}  // namespace attnscope
