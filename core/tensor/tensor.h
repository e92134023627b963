#pragma once

#include "tensor/shape.h"

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <vector>

namespace attnscope {

/// Memory that begins at a cache line. Eigen adds up in another order where numbers lie otherwise, so that the last bit
/// of a result would depend on where the allocator happened to put its inputs.
template <typename T>
struct CacheLineAllocator {
    using value_type = T;
    static constexpr std::align_val_t alignment{64};

    CacheLineAllocator() = default;
    template <typename U>
    explicit CacheLineAllocator(const CacheLineAllocator<U>&) {}
    [[nodiscard]] T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new(count * sizeof(T), alignment));
    }
    void deallocate(T* memory, std::size_t) { ::operator delete(memory, alignment); }
    bool operator==(const CacheLineAllocator&) const = default;
};

/// An owning, row-major float32 array. Token ids and mask bits are stored as floats too (exact up to 2^24).
class Tensor {
public:
    /// A scalar zero.
    Tensor() : m_data(1, 0.0F) {}
    /// Filled with `value`.
    explicit Tensor(Shape shape, float value = 0.0F)
        : m_shape(std::move(shape)), m_data(static_cast<std::size_t>(m_shape.elements()), value) {}
    /// Copies `data`, whose size must be the shape's number of elements.
    Tensor(Shape shape, const std::vector<float>& data) : m_shape(std::move(shape)), m_data(data.begin(), data.end()) {
        assert(static_cast<std::int64_t>(m_data.size()) == m_shape.elements());
    }

    [[nodiscard]] const Shape& shape() const { return m_shape; }
    [[nodiscard]] std::size_t rank() const { return m_shape.rank(); }
    [[nodiscard]] std::int64_t dim(std::size_t axis) const { return m_shape[axis]; }
    [[nodiscard]] std::size_t size() const { return m_data.size(); }

    [[nodiscard]] std::span<const float> data() const { return m_data; }
    [[nodiscard]] std::span<float> data() { return m_data; }
    [[nodiscard]] float operator[](std::size_t flat) const { return m_data[flat]; }
    [[nodiscard]] float& operator[](std::size_t flat) { return m_data[flat]; }

    /// The same numbers seen as another shape with as many elements.
    [[nodiscard]] Tensor reshaped(Shape shape) && {
        assert(shape.elements() == m_shape.elements());
        m_shape = std::move(shape);
        return std::move(*this);
    }

private:
    Shape m_shape;
    std::vector<float, CacheLineAllocator<float>> m_data;
};

/// How tensors travel between stages and threads: shared and immutable.
using TensorPtr = std::shared_ptr<const Tensor>;

[[nodiscard]] inline TensorPtr share(Tensor tensor) {
    return std::make_shared<const Tensor>(std::move(tensor));
}

}  // namespace attnscope
