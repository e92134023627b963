#pragma once

#include "formula/formula.h"
#include "panels/math_piece.h"

#include <QSizeF>

#include <functional>

namespace attnscope {

/// Whether a name of a formula can be clicked.
using IsLink = std::function<bool(std::string_view name)>;

/// A formula's statements as mathematics, one below the other and no wider than `width` where they can be broken; the
/// origin is the top left corner. Names of a letter are italic, index letters are subscripts, `sum(t: …)` is Σ with its
/// index below, `/` a fraction (a slash where there is no room for one), Greek letters by their names.
struct TypesetFormula {
    QSizeF size;
    std::vector<MathMark> marks;
    std::vector<MathLink> links;
};
[[nodiscard]] TypesetFormula typesetFormula(const Formula& formula, const QFont& font, double width,
                                            const IsLink& isLink);

}  // namespace attnscope
