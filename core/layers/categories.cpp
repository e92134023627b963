#include "layers/categories.h"

#include "layers/support.h"

#include <numeric>

namespace attnscope {

Result<ValueId> comparedWithEach(Lowering& lowering, BinaryKind kind, ValueId x, Tensor numbers,
                                 std::string_view name) {
    std::vector<std::int64_t> extents = lowering.graph().shape(x).extents();
    extents.push_back(1);
    ATTN_TRY(const ValueId column, reshape(lowering, x, Shape(std::move(extents))));
    return binary(lowering, kind, column, lowering.graph().constant(name, share(std::move(numbers))));
}

Result<ValueId> encodeCategories(Lowering& lowering, ValueId x, std::int64_t depth, std::string_view mode) {
    const Shape categories({depth});
    ATTN_CHECK(expectReasonable(categories, mostMadeElements));
    Tensor numbers(categories);
    std::iota(numbers.data().begin(), numbers.data().end(), 0.0F);
    const Shape shape = lowering.graph().shape(x);
    const bool oneEach = shape.rank() > 1 && shape.back() == 1;
    if (mode == "one_hot" && oneEach) {
        ATTN_TRY(x, reshape(lowering, x, shape.upTo(shape.rank() - 1)));
    }
    ATTN_TRY(const ValueId y, comparedWithEach(lowering, BinaryKind::Equal, x, std::move(numbers), "categories"));
    if (mode == "one_hot") return y;
    if (shape.rank() < 2) return fail(ErrorCode::Shape, "input: categories along an axis expected");
    return reduce(lowering, mode == "count" ? ReduceKind::Sum : ReduceKind::Max, y, {1}, false, mode);
}

}  // namespace attnscope
