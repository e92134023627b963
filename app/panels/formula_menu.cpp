#include "panels/formula_menu.h"

#include "workspace/workspace.h"

#include <QCoreApplication>
#include <QMenu>

#include <algorithm>

namespace attnscope {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("attnscope::FormulaMenu", text);
}

QString entryText(const Formula& formula) {
    const QString name = QString::fromStdString(formula.name());
    const QString title = QString::fromStdString(formula.title());
    QString text = title.isEmpty() ? name : QStringLiteral("%1: %2").arg(name, title);
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

}  // namespace

void fillFormulaMenu(QMenu& menu, Workspace& workspace, const std::string& layer) {
    const LayerSummary* summary = workspace.layer(layer);
    if (summary == nullptr) return;
    const auto& chosen = workspace.choices().formulas;
    const auto choice = chosen.find(layer);
    const bool written = workspace.choices().written.contains(layer);
    const auto add = [&](const QString& text, const std::string& formula, bool current) {
        QAction* action = menu.addAction(text);
        action->setCheckable(true);
        action->setChecked(current);
        QObject::connect(action, &QAction::triggered, &workspace,
                         [&workspace, layer, formula] { workspace.setLayerFormula(layer, formula); });
    };
    if (!summary->added) {
        add(tr("&Automatic"), {}, choice == chosen.end() && !written);
        menu.addSeparator();
    }
    const auto isCurrent = [&](const std::string& name) {
        if (choice != chosen.end()) return choice->second == name;
        return summary->added && !written && summary->formula == name;
    };
    std::vector<std::string> fitting;
    if (!summary->formula.empty()) fitting.push_back(summary->formula);
    fitting.insert(fitting.end(), summary->otherFormulas.begin(), summary->otherFormulas.end());
    bool any = false;
    for (const std::string& name : fitting) {
        const Formula* formula = workspace.catalogue().find(name);
        if (formula == nullptr) continue;
        add(entryText(*formula), name, isCurrent(name));
        any = true;
    }
    // The rest may fit nevertheless: a formula's weights are taken by order where names say nothing.
    QMenu* others = any ? menu.addMenu(tr("&Others")) : &menu;
    for (const Formula* formula : workspace.catalogue().all()) {
        if (std::ranges::find(fitting, formula->name()) != fitting.end()) continue;
        QAction* action = others->addAction(entryText(*formula));
        action->setCheckable(true);
        action->setChecked(isCurrent(formula->name()));
        QObject::connect(action, &QAction::triggered, &workspace,
                         [&workspace, layer, name = formula->name()] { workspace.setLayerFormula(layer, name); });
    }
}

}  // namespace attnscope
