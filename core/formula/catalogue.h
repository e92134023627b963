#pragma once

#include "formula/formula.h"

#include <map>
#include <memory>

namespace attnscope {

/// All formulas at hand, by name. Immutable once shared.
class Catalogue {
public:
    /// Parses and adds one; a formula of the same name is replaced (a user's own file wins over a bundled one).
    [[nodiscard]] Status add(std::string name, std::string_view source);

    /// Adds every `*.formula` file of a folder, in the order of their names. A file with an error is left out, the
    /// others are added all the same; the first error is returned and names its file.
    [[nodiscard]] Status addFolder(const std::string& folder);

    [[nodiscard]] const Formula* find(std::string_view name) const;
    /// Those that serve a class, in the order of their names. A registered class "Package>Class" is served by what
    /// serves the class.
    [[nodiscard]] std::vector<const Formula*> serving(std::string_view className) const;
    [[nodiscard]] std::vector<const Formula*> all() const;

private:
    std::map<std::string, Formula, std::less<>> m_formulas;
};

}  // namespace attnscope
