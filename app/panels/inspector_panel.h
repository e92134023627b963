#pragma once

#include "inspect/record.h"

#include <QScrollArea>

#include <string>
#include <vector>

class QCheckBox;
class QFormLayout;
class QGridLayout;
class QLabel;
class QMenu;
class QPushButton;
class QVBoxLayout;

namespace attnscope {

class ElementEditor;
class FormulaView;
class LayerCard;
class Workspace;

/// The chosen site in words and numbers: its formula, the element under the pointer, findings, parameters, weights.
class InspectorPanel : public QScrollArea {
    Q_OBJECT
public:
    explicit InspectorPanel(Workspace& workspace, QWidget* parent = nullptr);

    /// Shows the exact numbers of an element; an empty name goes back to the value chosen in the formula.
    void pointAt(const QString& valueName, const std::vector<std::int64_t>& index);
    /// Offers an element for editing.
    void choose(const QString& valueName, const std::vector<std::int64_t>& index);
    /// Shows a layer that has to be read by a formula in the place of the site; of others nothing.
    void showLayer(const QString& layer);
    /// The text of the element's section, for people who cannot see it, and for tests.
    [[nodiscard]] QString elementText() const;
    [[nodiscard]] QStringList findings() const;

signals:
    /// The person wants to edit or to write this layer's formula.
    void formulaRequested(const QString& layer);
    /// The person chose a value of the formula to look at.
    void valueChosen(const QString& name);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void showRecord();
    void showFormula(const SiteRecord& site);
    void showElement();
    void showEditor();
    void showFindings();
    void showParameters(const SiteRecord& site);
    void showWeights(const SiteRecord& site);
    void chooseValue(const QString& name);
    void showCard();
    [[nodiscard]] QWidget* formulaButtons();
    QLabel* addSection(QVBoxLayout& layout, const QString& title, QWidget* content);

    Workspace& m_workspace;
    std::string m_value;    ///< chosen in the formula
    std::string m_pointed;  ///< under the pointer; empty for nothing
    std::vector<std::int64_t> m_index;
    std::string m_shownSite;  ///< whose parameters are on show

    QWidget* m_sections;
    QLabel* m_placeholder;
    QLabel* m_siteName;
    QLabel* m_siteClass;
    LayerCard* m_card;
    QLabel* m_formulaTitle;
    FormulaView* m_formula;
    QLabel* m_statements;
    QPushButton* m_edit;
    QPushButton* m_others;
    QMenu* m_formulas;
    QLabel* m_element;
    ElementEditor* m_editor;
    QLabel* m_findings;
    QLabel* m_findingsTitle;
    QWidget* m_parameters;
    QFormLayout* m_parameterRows;
    QCheckBox* m_uniform;
    QLabel* m_weights;
    QLabel* m_weightsTitle;
};

}  // namespace attnscope
