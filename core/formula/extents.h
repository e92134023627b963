#pragma once

#include "formula/formula.h"
#include "tensor/shape.h"

#include <map>
#include <set>

namespace attnscope {

/// The axes of a value by index letter, outermost first; `batchAxis` stands for the batch.
using Axes = std::vector<std::string>;

/// The letter of the batch axis, which no formula can write.
inline const std::string batchAxis;

/// The element that a fixed index means on an axis of that extent: -1 is the last.
[[nodiscard]] std::int64_t fixedIndex(const std::string& index, std::int64_t extent);

/// How far every index letter of a formula runs.
class Extents {
public:
    /// Gives `index` its extent, or proves that it has it. `source` is the value that says so. Error of code Shape:
    /// `index t is 70 in x and 64 in b`, and `place` behind it.
    [[nodiscard]] Status bind(const std::string& index, std::int64_t extent, const std::string& source,
                              const std::string& place);

    /// The same for an axis of several letters, whose extents multiply to `extent`. False, and nothing done, while more
    /// than one of them is not known.
    [[nodiscard]] Result<bool> bindProduct(const std::vector<std::string>& letters, std::int64_t extent,
                                           const std::string& source, const std::string& place);

    [[nodiscard]] bool knows(const std::string& index) const { return m_extents.contains(index); }
    [[nodiscard]] std::int64_t operator[](const std::string& index) const { return m_extents.at(index).size; }
    [[nodiscard]] Shape shape(const Axes& axes) const;

    /// Gives every index that a statement's right side uses the extent of what it runs over: in `x[s,f]`, s is what the
    /// first index of x's declaration is. `absent` names weights that the layer does not have. Errors also for a fixed
    /// index beyond its axis.
    [[nodiscard]] Status bindUses(const Formula& formula, const std::set<std::string>& absent);

private:
    [[nodiscard]] Status bindUse(const ReferenceExpression& reference, std::size_t place, std::int64_t extent,
                                 const std::string& where);

    struct Extent {
        std::int64_t size = 0;
        std::string source;
    };
    std::map<std::string, Extent> m_extents;
};

}  // namespace attnscope
