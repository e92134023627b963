#pragma once

#include "base/result.h"
#include "tensor/shape.h"

#include <cstdint>
#include <functional>
#include <string>

namespace attnscope {

/// How much may still be made of one file. A reader takes from it before it allocates.
class ReadBudget {
public:
    /// Told after each tensor how many bytes of tensors have been taken.
    using Progress = std::function<void(std::uint64_t tensorBytes)>;

    explicit ReadBudget(std::uint64_t fileBytes, Progress progress = {});

    /// Size of the file.
    [[nodiscard]] std::uint64_t fileBytes() const { return m_fileBytes; }

    /// Takes what a tensor of this shape needs as float32. Errors: code Limit, "needs N for shape S, limit M …".
    [[nodiscard]] Status take(const Shape& shape);

private:
    std::uint64_t m_fileBytes;
    std::uint64_t m_limit;
    std::uint64_t m_taken = 0;
    Progress m_progress;
};

/// Bytes for so many elements of so many bytes, or the largest number there is if that is too much to count.
[[nodiscard]] std::uint64_t bytesFor(const Shape& shape, std::uint64_t perElement);

}  // namespace attnscope
