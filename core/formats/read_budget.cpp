#include "formats/read_budget.h"

#include "base/read_file.h"
#include "formats/read_limits.h"

#include <limits>
#include <utility>

namespace attnscope {

ReadBudget::ReadBudget(std::uint64_t fileBytes, Progress progress)
    : m_fileBytes(fileBytes), m_limit(readLimits(fileBytes).tensorBytes), m_progress(std::move(progress)) {}

Status ReadBudget::take(const Shape& shape) {
    const std::uint64_t needed = bytesFor(shape, sizeof(float));
    if (needed > m_limit - m_taken) {
        return fail(ErrorCode::Limit, "needs " + bytesText(needed) + " for shape " + shape.text() + ", limit " +
                                          bytesText(m_limit) + " for all weights of a file of " +
                                          bytesText(m_fileBytes));
    }
    m_taken += needed;
    if (m_progress) m_progress(m_taken);
    return {};
}

std::uint64_t bytesFor(const Shape& shape, std::uint64_t perElement) {
    std::uint64_t bytes = perElement;
    for (const std::int64_t extent : shape) {
        if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes))
            return std::numeric_limits<std::uint64_t>::max();
    }
    return bytes;
}

}  // namespace attnscope
