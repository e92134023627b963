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
    return lowering.graph().add(std::make_shared<Pad>(axis, padding.before, padding.after), {x}, "padded");
}

Result<bool> padsToSame(const Config& config) {
    ATTN_TRY(const std::string padding, config.text("padding", "valid"));
    if (padding == "valid" || padding == "same") return padding == "same";
    return fail(ErrorCode::Format, "config entry padding: \"" + padding + "\" found; valid or same expected");
}

Result<Pair> pairOf(const Config& config, std::string_view key, std::int64_t least, std::optional<Pair> fallback) {
    if (fallback && !config.has(key)) return *fallback;
    ATTN_TRY(const std::vector<std::int64_t> numbers, config.integers(key));
    const bool sound =
        std::ranges::all_of(numbers, [least](std::int64_t n) { return n >= least && n <= mostElements; });
    if (!sound || numbers.empty() || numbers.size() > 2)
        return fail(ErrorCode::Format, "config entry " + std::string(key) + ": one or two numbers from " +
                                           std::to_string(least) + " expected");
    return Pair(numbers.front(), numbers.back());
}

Result<std::vector<std::int64_t>> alongPlaces(const Config& config, std::string_view key, std::size_t places,
                                              const std::optional<std::vector<std::int64_t>>& fallback) {
    if (fallback && !config.has(key)) return *fallback;
    if (places == 1) {
        ATTN_TRY(const std::int64_t number, positive(config, key));
        return std::vector{number};
    }
    ATTN_TRY(const Pair pair, pairOf(config, key, 1));
    return std::vector{pair.first, pair.second};
}

Result<ValueId> biasedAndActivated(Lowering& lowering, const Config& config, ValueId y, std::optional<ValueId> bias) {
    if (bias) {
        ATTN_TRY(y, binary(lowering, BinaryKind::Add, y, *bias, "biased"));
    }
    return activate(lowering, config, y);
}

}  // namespace attnscope
