#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace attnscope {

/// The extents of a row-major tensor, outermost axis first; rank 0 is a scalar.
class Shape {
public:
    Shape() = default;
    Shape(std::initializer_list<std::int64_t> extents) : m_extents(extents) {}
    explicit Shape(std::vector<std::int64_t> extents) : m_extents(std::move(extents)) {}

    [[nodiscard]] std::size_t rank() const { return m_extents.size(); }
    [[nodiscard]] std::int64_t operator[](std::size_t axis) const { return m_extents[axis]; }
    [[nodiscard]] std::int64_t& operator[](std::size_t axis) { return m_extents[axis]; }
    /// The innermost extent; the rank must not be 0.
    [[nodiscard]] std::int64_t back() const { return m_extents.back(); }

    [[nodiscard]] auto begin() const { return m_extents.begin(); }
    [[nodiscard]] auto end() const { return m_extents.end(); }
    [[nodiscard]] const std::vector<std::int64_t>& extents() const { return m_extents; }

    /// Number of elements; 1 for a scalar.
    [[nodiscard]] std::int64_t elements() const;

    /// Row-major distance between neighbours along each axis, in elements.
    [[nodiscard]] std::vector<std::int64_t> strides() const;

    /// The shape without its axes before `first`.
    [[nodiscard]] Shape from(std::size_t first) const;
    /// The shape's axes before `last`.
    [[nodiscard]] Shape upTo(std::size_t last) const;

    /// `(70, 128)`; `()` for a scalar.
    [[nodiscard]] std::string text() const;

    bool operator==(const Shape&) const = default;

private:
    std::vector<std::int64_t> m_extents;
};

}  // namespace attnscope
