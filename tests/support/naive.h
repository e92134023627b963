#pragma once

#include "ops/elementwise.h"
#include "tensor/tensor.h"

#include <functional>

namespace attnscope::test {

/// A place in a tensor, one number per axis.
using Index = std::vector<std::int64_t>;

/// Calls `visit` with every index of `shape`, in row-major order.
inline void forEachIndex(const Shape& shape, const std::function<void(const Index&)>& visit) {
    if (shape.elements() == 0) return;
    Index index(shape.rank(), 0);
    while (true) {
        visit(index);
        std::size_t axis = shape.rank();
        while (axis > 0 && ++index[axis - 1] == shape[axis - 1]) index[--axis] = 0;
        if (axis == 0) return;
    }
}

/// The element of `tensor` at `index`. Extra leading axes of the index are passed over and an extent of 1 serves every
/// index, as NumPy broadcasts.
inline double at(const Tensor& tensor, const Index& index) {
    const std::size_t extra = index.size() - tensor.rank();
    std::int64_t flat = 0;
    for (std::size_t axis = 0; axis < tensor.rank(); ++axis)
        flat = flat * tensor.dim(axis) + (tensor.dim(axis) == 1 ? 0 : index[extra + axis]);
    return static_cast<double>(tensor[static_cast<std::size_t>(flat)]);
}

/// A tensor whose element at each index is what `value` says.
inline Tensor filled(const Shape& shape, const std::function<double(const Index&)>& value) {
    Tensor result(shape);
    std::size_t flat = 0;
    forEachIndex(shape, [&](const Index& index) { result[flat++] = static_cast<float>(value(index)); });
    return result;
}

/// Each kind of Unary and Binary as a textbook has it.
[[nodiscard]] double naiveUnary(UnaryKind kind, double alpha, double x);
[[nodiscard]] double naiveBinary(BinaryKind kind, double a, double b);

}  // namespace attnscope::test
