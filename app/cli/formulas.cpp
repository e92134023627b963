#include "base/text.h"
#include "cli/command.h"
#include "loading/loading.h"

#include <algorithm>

namespace attnscope {
namespace {

std::string listed(const Formula& formula, std::size_t nameWidth) {
    std::string line = formula.name() + std::string(nameWidth - formula.name().size() + 2, ' ') + formula.title();
    if (!formula.classes().empty())
        line += "\n" + std::string(nameWidth + 2, ' ') + "class " + joined(formula.classes(), ", ");
    return line + "\n";
}

Status listFormulas(const FoundFormulas& formulas) {
    std::size_t nameWidth = 0;
    for (const Formula* formula : formulas.catalogue->all()) nameWidth = std::max(nameWidth, formula->name().size());
    std::string text;
    for (const Formula* formula : formulas.catalogue->all()) text += listed(*formula, nameWidth);
    text += "\nYour own formulas: " + userFormulaFolder() + "\n";
    if (formulas.problem) text += "Not used: " + formulas.problem->text() + "\n";
    return print(text);
}

Status runFormulas(const QCommandLineParser&, const QStringList& positional) {
    const FoundFormulas formulas = findFormulas();
    if (positional.isEmpty()) return listFormulas(formulas);
    const std::string name = positional[0].toStdString();
    const Formula* formula = formulas.catalogue->find(name);
    if (formula != nullptr) return print(formula->source() + (formula->source().ends_with('\n') ? "" : "\n"));
    return fail(ErrorCode::NotFound, "there is no formula '" + name + "'; attnscope formulas lists them");
}

}  // namespace

Command formulasCommand() {
    return {"formulas", "list the formulas at hand, or print one", "[NAME]", 0, 1, [](QCommandLineParser&) {},
            runFormulas};
}

}  // namespace attnscope
