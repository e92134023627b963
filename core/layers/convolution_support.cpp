#include "layers/convolution_support.h"

#include "layers/activations.h"
#include "layers/support.h"
#include "ops/layout.h"

#include <algorithm>

namespace attnscope {

Result<AxisPadding> paddingFor(const std::string& mode, std::int64_t extent, std::int64_t reach, std::int64_t stride) {
    if (mode == "valid") return AxisPadding{};
    if (mode == "causal") return AxisPadding{reach - 1, 0};
    if (mode == "same") {
        const std::int64_t steps = (extent + stride - 1) / stride;
        const std::int64_t total = std::max<std::int64_t>((steps - 1) * stride + reach - extent, 0);
        return AxisPadding{total / 2, total - total / 2};
    }
    return fail(ErrorCode::Format, "config entry padding: \"" + mode + "\" found; valid, same or causal expected");
}

Result<ValueId> padded(Lowering& lowering, ValueId x, std::size_t axis, AxisPadding padding) {
    if (padding.before + padding.after == 0) return x;
    Shape shape = lowering.graph().shape(x);
    shape[axis] += padding.before + padding.after;
    ATTN_CHECK(expectReasonable(shape));
    return lowering.graph().add(std::make_shared<Pad>(axis, padding.before, padding.after), {x}, "padded");
}

Result<std::pair<std::int64_t, std::int64_t>> positivePair(
    const Config& config, std::string_view key, std::optional<std::pair<std::int64_t, std::int64_t>> fallback) {
    if (fallback && !config.has(key)) return *fallback;
    ATTN_TRY(const std::vector<std::int64_t> numbers, config.integers(key));
    constexpr std::int64_t largest = std::int64_t{1} << 31;
    const bool sound = std::ranges::all_of(numbers, [](std::int64_t n) { return n >= 1 && n <= largest; });
    if (!sound || numbers.empty() || numbers.size() > 2)
        return fail(ErrorCode::Format, "config entry " + std::string(key) + ": one or two numbers from 1 expected");
    return std::pair(numbers.front(), numbers.back());
}

Result<ValueId> biasedAndActivated(Lowering& lowering, const Config& config, ValueId y, std::optional<ValueId> bias) {
    if (bias) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, *bias, "biased"));
    }
    return activate(lowering, config, y);
}

}  // namespace attnscope
