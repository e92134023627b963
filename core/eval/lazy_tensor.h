#pragma once

#include "eval/backend.h"

#include <functional>
#include <memory>
#include <optional>

namespace attnscope {

/// A computed value's numbers, wherever they lie: in memory, or on a device until somebody looks at them. Used like a
/// pointer to a tensor, which is then brought into memory once and for all. Immutable; copies share the numbers, from
/// any thread.
class LazyTensor {
public:
    /// Computes the numbers anew, in memory: for those that went with their device.
    using Again = std::function<Result<TensorPtr>()>;

    /// A scalar zero.
    LazyTensor() : LazyTensor(share(Tensor())) {}
    /// In memory already.
    LazyTensor(TensorPtr tensor);
    /// Left where the backend keeps them, seen as `shape`, which has as many elements.
    LazyTensor(Shape shape, StoredPtr stored, Again again);

    /// Costs nothing, wherever the numbers are.
    [[nodiscard]] const Shape& shape() const { return m_shape; }
    /// Whether looking at the numbers costs nothing either; otherwise it waits for the device.
    [[nodiscard]] bool inMemory() const;
    /// The numbers; a lost device's are computed again. Throws std::bad_alloc where there is no memory for them, as
    /// every Tensor does.
    [[nodiscard]] const TensorPtr& read() const;
    [[nodiscard]] const Tensor& operator*() const { return *read(); }
    [[nodiscard]] const Tensor* operator->() const { return read().get(); }
    /// For what works where they lie, such as the heatmap's raster: nothing for numbers that never were on a device, or
    /// that are lost.
    [[nodiscard]] std::optional<DevicePlace> onDevice() const;
    /// What the backend keeps, in its own shape; nullptr for numbers that are in memory only.
    [[nodiscard]] StoredPtr stored() const;

    /// The same numbers seen as another shape with as many elements.
    [[nodiscard]] LazyTensor reshaped(Shape shape) const;

private:
    struct Left;

    Shape m_shape;
    TensorPtr m_tensor;            ///< nullptr: see m_left
    std::shared_ptr<Left> m_left;  ///< nullptr: never on a device
};

}  // namespace attnscope
