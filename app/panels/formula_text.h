#pragma once

#include "formula/formula.h"
#include "inspect/record.h"

#include <QColor>
#include <QString>

namespace attnscope {

/// A formula's statements as rich text, one a line; every name that the site has a value for is a link to that name.
[[nodiscard]] QString formulaRichText(const Formula& formula, const SiteRecord& site, const QColor& link);

/// `statement` with links for names outside of brackets.
[[nodiscard]] QString statementRichText(const std::string& statement, const SiteRecord& site, const QColor& link);

}  // namespace attnscope
