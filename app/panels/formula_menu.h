#pragma once

#include <string>

class QMenu;

namespace attnscope {

class Workspace;

/// Fills a menu with the formulas that a layer can be read by: by itself, those that fit, the others.
void fillFormulaMenu(QMenu& menu, Workspace& workspace, const std::string& layer);

}  // namespace attnscope
