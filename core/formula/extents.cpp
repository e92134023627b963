#include "formula/extents.h"

#include "base/text.h"
#include "formula/indices.h"

#include <algorithm>
#include <charconv>

namespace attnscope {

namespace {

Status checkFixed(const std::string& index, std::int64_t extent, const std::string& source, const std::string& place) {
    const std::int64_t element = fixedIndex(index, extent);
    if (element >= 0 && element < extent) return {};
    return fail(ErrorCode::Shape, "index " + index + " of " + source + " is beyond its " + std::to_string(extent) +
                                      " elements (" + place + ")");
}

}  // namespace

std::int64_t fixedIndex(const std::string& index, std::int64_t extent) {
    std::int64_t number = 0;
    // The parser has proven that it is a number.
    std::from_chars(index.data(), index.data() + index.size(), number);
    return number < 0 ? number + extent : number;
}

Status Extents::bind(const std::string& index, std::int64_t extent, const std::string& source,
                     const std::string& place) {
    const auto [known, isNew] = m_extents.try_emplace(index, Extent{extent, source});
    if (isNew || known->second.size == extent) return {};
    const std::string what = index == batchAxis ? "the batch" : "index " + index;
    return fail(ErrorCode::Shape, what + " is " + std::to_string(known->second.size) + " in " + known->second.source +
                                      " and " + std::to_string(extent) + " in " + source + " (" + place + ")");
}

Result<bool> Extents::bindProduct(const std::vector<std::string>& letters, std::int64_t extent,
                                  const std::string& source, const std::string& place) {
    std::int64_t known = 1;
    const std::string* open = nullptr;
    for (const std::string& letter : letters) {
        if (knows(letter)) {
            known *= std::max<std::int64_t>((*this)[letter], 1);
            if (known > extent) break;
        } else if (open != nullptr) {
            return false;
        } else {
            open = &letter;
        }
    }
    const bool fits = known <= extent && extent % known == 0;
    if (open == nullptr && known == extent) return true;
    if (open == nullptr || !fits)
        return fail(ErrorCode::Shape,
                    "an axis of " + source + " has " + std::to_string(extent) + " elements, which is " +
                        (open == nullptr ? "not the product of its indices " : "no multiple of ") +
                        (open == nullptr ? joined(letters, ", ") : std::to_string(known)) + " (" + place + ")");
    ATTN_CHECK(bind(*open, extent / known, source, place));
    return true;
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
    for (const Statement& statement : formula.statements()) declared[statement.name] = statement.indices;
    // A value can have an index whose extent only a later line says.
    for (std::size_t before = m_extents.size() + 1; before != m_extents.size();) {
        before = m_extents.size();
        for (const Statement& statement : formula.statements()) {
            Status status;
            walk(*statement.expression, [&](const Expression& node) {
                const auto* reference = std::get_if<ReferenceExpression>(&node.node);
                if (reference == nullptr || absent.contains(reference->name)) return;
                for (std::size_t i = 0; status && i < reference->indices.size(); ++i) {
                    const std::string& running = declared.at(reference->name)[i];
                    if (!knows(running)) continue;
                    const Position position = reference->indexPositions[i];
                    status = bindUse(
                        *reference, i, (*this)[running],
                        formula.name() + ":" + std::to_string(position.line) + ":" + std::to_string(position.column));
                }
            });
            ATTN_CHECK(status);
        }
    }
    return {};
}

Status Extents::bindUse(const ReferenceExpression& reference, std::size_t place, std::int64_t extent,
                        const std::string& where) {
    const std::string& index = reference.indices[place];
    return isFixed(index) ? checkFixed(index, extent, reference.name, where)
                          : bind(index, extent, reference.name, where);
}

}  // namespace attnscope
