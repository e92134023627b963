#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace attnscope {

/// A NumPy array as it lies in the bytes of a .npy file, which must outlive this.
struct NpyView {
    enum class Kind { Float, Signed, Unsigned, Bool };

    Shape shape;
    Kind kind = Kind::Float;
    std::size_t itemSize = 4;
    bool bigEndian = false;
    bool fortranOrder = false;  ///< the first axis varies fastest
    std::string_view data;      ///< exactly shape.elements() items

    [[nodiscard]] bool isInteger() const { return kind == Kind::Signed || kind == Kind::Unsigned; }
    /// The item at a place in storage order.
    [[nodiscard]] double item(std::size_t place) const;
};

/// Reads the header of a .npy file (format versions 1 to 3; floats of 2, 4 and 8 bytes, integers, booleans; either byte
/// order) and checks its sizes against the bytes. Arrays of objects hold pickled code and are refused.
[[nodiscard]] Result<NpyView> parseNpy(std::string_view bytes);

/// The bytes of a .npy file of a tensor: format version 1.0, '<f4', C order.
[[nodiscard]] std::string npyBytes(const Tensor& tensor);

}  // namespace attnscope
