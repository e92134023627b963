#include "graph/value_limit.h"

namespace attnscope {

Status expectReasonable(const Shape& shape, std::int64_t limit) {
    std::int64_t elements = 1;
    for (const std::int64_t extent : shape) {
        if (extent > 0 && elements > limit / extent)
            return fail(ErrorCode::Limit,
                        "needs a value of shape " + shape.text() + ", limit " + std::to_string(limit) + " elements");
        elements *= extent;
    }
    return {};
}

}  // namespace attnscope
