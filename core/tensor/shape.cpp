#include "tensor/shape.h"

namespace attnscope {

std::int64_t Shape::elements() const {
    std::int64_t count = 1;
    for (const std::int64_t extent : m_extents) count *= extent;
    return count;
}

std::vector<std::int64_t> Shape::strides() const {
    std::vector<std::int64_t> result(rank());
    std::int64_t stride = 1;
    for (std::size_t axis = rank(); axis-- > 0;) {
        result[axis] = stride;
        stride *= m_extents[axis];
    }
    return result;
}

Shape Shape::from(std::size_t first) const {
    return Shape(std::vector<std::int64_t>(m_extents.begin() + static_cast<std::ptrdiff_t>(first), m_extents.end()));
}

Shape Shape::upTo(std::size_t last) const {
    return Shape(std::vector<std::int64_t>(m_extents.begin(), m_extents.begin() + static_cast<std::ptrdiff_t>(last)));
}

std::string Shape::text() const {
    std::string result = "(";
    for (std::size_t axis = 0; axis < rank(); ++axis) {
        if (axis > 0) result += ", ";
        result += std::to_string(m_extents[axis]);
    }
    return result + ")";
}

}  // namespace attnscope
