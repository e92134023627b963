#pragma once

#include "formula/open_extents.h"
#include "layers/added_layer.h"

#include <QDialog>

#include <map>
#include <optional>
#include <string>
#include <vector>

class QComboBox;
class QFormLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace attnscope {

class FormulaView;
class Workspace;

/// Asks for a new layer: which formula, on what, and how its weights start.
class PlaygroundDialog : public QDialog {
    Q_OBJECT
public:
    explicit PlaygroundDialog(Workspace& workspace, QWidget* parent = nullptr);

    /// What is asked for.
    [[nodiscard]] AddedLayer layer() const;

private:
    void build();
    void fillFormulas();
    void chooseFormula();
    void chooseInputs();
    void askForExtents(const OpenExtents& extents);
    void add();
    [[nodiscard]] const Formula* formula() const;

    Workspace& m_workspace;
    QFormLayout* m_form;
    QComboBox* m_formulas;
    FormulaView* m_view;
    std::vector<QComboBox*> m_inputs;            ///< one for each input of the formula but the mask
    std::map<std::string, QSpinBox*> m_extents;  ///< of index letters that the inputs leave open
    QComboBox* m_initializer;
    QSpinBox* m_seed;
    QLabel* m_note;
    QPushButton* m_add;
};

}  // namespace attnscope
