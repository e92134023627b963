#include "eval/lazy_tensor.h"

#include <atomic>
#include <cassert>
#include <mutex>
#include <new>

namespace attnscope {

struct LazyTensor::Left {
    StoredPtr stored;
    Again again;
    std::mutex mutex;
    std::atomic<bool> isRead = false;
    TensorPtr tensor;  ///< written once, before isRead
};

LazyTensor::LazyTensor(TensorPtr tensor) : m_shape(tensor->shape()), m_tensor(std::move(tensor)) {}

LazyTensor::LazyTensor(Shape shape, StoredPtr stored, Again again)
    : m_shape(std::move(shape)), m_left(std::make_shared<Left>()) {
    m_left->stored = std::move(stored);
    m_left->again = std::move(again);
}

bool LazyTensor::inMemory() const {
    return m_tensor != nullptr || m_left->isRead;
}

const TensorPtr& LazyTensor::read() const {
    if (m_tensor != nullptr) return m_tensor;
    if (m_left->isRead) return m_left->tensor;
    const std::lock_guard lock(m_left->mutex);
    if (m_left->isRead) return m_left->tensor;
    Result<TensorPtr> found = m_left->stored->read();
    if (!found) found = m_left->again();
    // The numbers were computed once already, so nothing but memory can be missing.
    if (!found) throw std::bad_alloc();
    m_left->tensor = (*found)->shape() == m_shape ? *found : share(Tensor(**found).reshaped(m_shape));
    m_left->isRead = true;
    return m_left->tensor;
}

std::optional<DevicePlace> LazyTensor::onDevice() const {
    return m_left != nullptr ? m_left->stored->onDevice() : std::nullopt;
}

StoredPtr LazyTensor::stored() const {
    return m_left != nullptr ? m_left->stored : nullptr;
}

LazyTensor LazyTensor::reshaped(Shape shape) const {
    assert(shape.elements() == m_shape.elements());
    if (m_left != nullptr) return {std::move(shape), m_left->stored, m_left->again};
    return share(Tensor(*m_tensor).reshaped(std::move(shape)));
}

}  // namespace attnscope
