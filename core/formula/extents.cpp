#include "formula/extents.h"

#include "formula/indices.h"

namespace attnscope {

Status Extents::bind(const std::string& index, std::int64_t extent, const std::string& source,
                     const std::string& place) {
    const auto [known, isNew] = m_extents.try_emplace(index, Extent{extent, source});
    if (isNew || known->second.size == extent) return {};
    const std::string what = index == batchAxis ? "the batch" : "index " + index;
    return fail(ErrorCode::Shape, what + " is " + std::to_string(known->second.size) + " in " + known->second.source +
                                      " and " + std::to_string(extent) + " in " + source + " (" + place + ")");
}

Shape Extents::shape(const Axes& axes) const {
    std::vector<std::int64_t> extents;
    extents.reserve(axes.size());
    for (const std::string& axis : axes) extents.push_back((*this)[axis]);
    return Shape(std::move(extents));
}

Status Extents::bindUses(const Formula& formula, const std::set<std::string>& absent) {
    std::map<std::string, Axes> declared;
    for (const Declaration& input : formula.inputs()) declared[input.name] = input.indices;
    for (const Declaration& weight : formula.weights()) declared[weight.name] = weight.indices;
    for (const Statement& statement : formula.statements()) {
        Status status;
        walk(*statement.expression, [&](const Expression& node) {
            const auto* reference = std::get_if<ReferenceExpression>(&node.node);
            if (reference == nullptr || absent.contains(reference->name)) return;
            for (std::size_t i = 0; status && i < reference->indices.size(); ++i) {
                const Position position = reference->indexPositions[i];
                status =
                    bind(reference->indices[i], (*this)[declared.at(reference->name)[i]], reference->name,
                         formula.name() + ":" + std::to_string(position.line) + ":" + std::to_string(position.column));
            }
        });
        ATTN_CHECK(status);
        declared[statement.name] = statement.indices;
    }
    return {};
}

}  // namespace attnscope
