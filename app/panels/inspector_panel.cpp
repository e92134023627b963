#include "panels/inspector_panel.h"

#include "base/text.h"
#include "panels/element_editor.h"
#include "panels/formula_menu.h"
#include "panels/formula_view.h"
#include "panels/layer_card.h"
#include "panels/panel_parts.h"
#include "panels/value_text.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QCheckBox>
#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace attnscope {

InspectorPanel::InspectorPanel(Workspace& workspace, QWidget* parent)
    : QScrollArea(parent),
      m_workspace(workspace),
      m_sections(new QWidget),
      m_placeholder(new QLabel(tr("Choose an attention site (◉) and a text or sequence."))),
      m_siteName(new QLabel),
      m_siteClass(new QLabel),
      m_card(new LayerCard(workspace)),
      m_formula(new FormulaView),
      m_statements(new QLabel),
      m_edit(new QPushButton(tr("Edit…"))),
      m_others(new QPushButton),
      m_formulas(new QMenu(this)),
      m_element(new QLabel),
      m_editor(new ElementEditor),
      m_findings(new QLabel),
      m_parameters(new QWidget),
      m_parameterRows(new QFormLayout(m_parameters)),
      m_uniform(new QCheckBox(tr("Weights uniform"))),
      m_weights(new QLabel) {
    build();
    connect(&workspace, &Workspace::recordsChanged, this, &InspectorPanel::showRecord);
    connect(&workspace, &Workspace::siteChanged, this, &InspectorPanel::showRecord);
    connect(&workspace, &Workspace::modelChanged, this, [this] {
        showRecord();
        showCard();
    });
    connect(&workspace, &Workspace::numbersRead, this, &InspectorPanel::showRecord);
    connect(m_editor, &ElementEditor::numberEntered, this,
            [this](const QString& name, const std::vector<std::int64_t>& index, float number) {
                m_workspace.setElement(name.toStdString(), index, number);
            });
    connect(&workspace, &Workspace::siteChanged, this, [this] { showLayer({}); });
    connect(m_card, &LayerCard::writeRequested, this, &InspectorPanel::formulaRequested);
    connect(m_edit, &QPushButton::clicked, this, [this] {
        const SiteRecord* site = m_workspace.viewState().modelSite();
        if (site != nullptr) emit formulaRequested(QString::fromStdString(site->layer));
    });
    connect(m_formulas, &QMenu::aboutToShow, this, [this] {
        m_formulas->clear();
        const SiteRecord* site = m_workspace.viewState().modelSite();
        if (site != nullptr) fillFormulaMenu(*m_formulas, m_workspace, site->layer);
    });
    connect(m_formula, &FormulaView::valueChosen, this, &InspectorPanel::chooseValue);
    connect(m_uniform, &QCheckBox::clicked, &workspace, &Workspace::pinUniform);
    showRecord();
}

void InspectorPanel::build() {
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Inspector"));

    m_siteName->setObjectName(QStringLiteral("siteName"));
    m_siteClass->setObjectName(QStringLiteral("muted"));
    m_placeholder->setObjectName(QStringLiteral("muted"));
    m_placeholder->setAlignment(Qt::AlignCenter);
    for (QLabel* label : {m_siteName, m_siteClass, m_statements})
        label->setTextFormat(Qt::PlainText);  // names come from a file
    for (QLabel* label : {m_siteName, m_siteClass, m_statements, m_element, m_findings, m_weights, m_placeholder})
        wrapText(*label);
    for (QLabel* label : {m_statements, m_element, m_findings, m_weights})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_parameterRows->setContentsMargins(0, 0, 0, 0);
    m_uniform->setObjectName(QStringLiteral("pinUniform"));
    m_uniform->setToolTip(tr("Spread the attention evenly over the timesteps that are not masked"));

    auto* layout = new QVBoxLayout(m_sections);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(Theme::unit / 2);
    layout->addWidget(m_siteName);
    layout->addWidget(m_siteClass);
    m_formulaTitle = addSection(*layout, tr("FORMULA"), m_formula);
    layout->addWidget(m_statements);
    layout->addWidget(formulaButtons());
    addSection(*layout, tr("VALUE"), m_element);
    layout->addWidget(m_editor);
    m_findingsTitle = addSection(*layout, tr("FINDINGS"), m_findings);
    addSection(*layout, tr("WHAT IF"), m_uniform);
    layout->addWidget(m_parameters);
    m_weightsTitle = addSection(*layout, tr("WEIGHTS"), m_weights);

    auto* content = new QWidget;
    content->setObjectName(QStringLiteral("inspectorContent"));
    auto* outer = new QVBoxLayout(content);
    outer->setContentsMargins(12, 12, 12, 12);
    outer->addWidget(m_placeholder);
    outer->addWidget(m_card);
    outer->addWidget(m_sections);
    outer->addStretch(1);
    setWidget(content);
}

QWidget* InspectorPanel::formulaButtons() {
    m_edit->setObjectName(QStringLiteral("editFormula"));
    m_edit->setToolTip(tr("Edit the formula and see what that does (Ctrl+Shift+F)"));
    m_others->setObjectName(QStringLiteral("otherFormulas"));
    m_others->setMenu(m_formulas);
    m_others->setToolTip(tr("Read the layer by another formula: those that fit it come first"));
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, Theme::unit / 2, 0, 0);
    layout->setSpacing(Theme::unit);
    layout->addWidget(m_edit);
    layout->addWidget(m_others);
    layout->addStretch(1);
    return row;
}

void InspectorPanel::showLayer(const QString& layer) {
    m_card->setLayer(layer.toStdString());
    showCard();
}

/// Where there is no site to look at, the first layer that stands in the way is what one wants to see.
void InspectorPanel::showCard() {
    bool isShown = m_card->setLayer(m_card->layer());
    if (!isShown && m_workspace.hasModel() && m_workspace.sites().empty()) {
        for (const LayerSummary& layer : m_workspace.layers()) {
            isShown = m_card->setLayer(layer.name);
            if (isShown) break;
        }
    }
    const bool hasSite = m_workspace.viewState().whatIfSite() != nullptr;
    m_card->setVisible(isShown);
    m_sections->setVisible(hasSite && !isShown);
    m_placeholder->setVisible(!hasSite && !isShown);
}

QLabel* InspectorPanel::addSection(QVBoxLayout& layout, const QString& title, QWidget* content) {
    QLabel* label = titleLabel(title);
    layout.addSpacing(Theme::unit);
    layout.addWidget(label);
    layout.addWidget(content);
    return label;
}

/// The colours of rich text are part of the text.
void InspectorPanel::changeEvent(QEvent* event) {
    QScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showRecord();
}

void InspectorPanel::showRecord() {
    const ViewState state = m_workspace.viewState();
    const SiteRecord* site = state.whatIfSite();
    showCard();
    if (site == nullptr) {
        m_shownSite.clear();
        return;
    }
    if (m_shownSite != site->name) {
        m_value = site->weightsValue().name;
        m_pointed.clear();
    }
    m_siteName->setText(QStringLiteral("◉ ") + QString::fromStdString(site->name));
    const QString className = QString::fromStdString(site->className);
    const bool isOwn = site->formula == writtenFormulaName(site->layer);
    QString about = isOwn ? tr("%1, a formula of your own").arg(className)
                          : tr("%1, formula %2").arg(className, QString::fromStdString(site->formula));
    m_siteClass->setText(about);
    showFormula(*site);
    showElement();
    showEditor();
    showFindings();
    showParameters(*site);
    showWeights(*site);
    m_uniform->setChecked(m_workspace.isPinnedUniform());
    m_shownSite = site->name;
}

void InspectorPanel::showFormula(const SiteRecord& site) {
    const Formula* formula = m_workspace.formulaOf(site);
    m_formulaTitle->setVisible(formula != nullptr || !site.statements.empty());
    m_formula->setVisible(formula != nullptr);
    // Where no formula of the catalogue describes the site, there are lines to read.
    m_statements->setVisible(formula == nullptr && !site.statements.empty());
    m_statements->setText(QString::fromStdString(joined(site.statements, "\n")));
    m_edit->setVisible(formula != nullptr);
    const LayerSummary* layer = m_workspace.layer(site.layer);
    const auto others = layer != nullptr ? layer->otherFormulas.size() : 0;
    m_others->setText(others == 0 ? tr("Others") : others == 1 ? tr("1 other") : tr("%1 others").arg(others));
    m_others->setVisible(formula != nullptr);
    if (formula == nullptr) return m_formula->clear();
    std::map<std::string, QString, std::less<>> titles;
    for (const RecordedValue& value : site.values) titles[value.name] = valueTitle(value);
    m_formula->setFormula(*formula, std::move(titles));
    m_formula->setChosen(m_value);
}

void InspectorPanel::chooseValue(const QString& name) {
    m_value = name.toStdString();
    m_pointed.clear();
    m_formula->setChosen(m_value);
    showElement();
    emit valueChosen(name);
    const SiteRecord* site = m_workspace.viewState().whatIfSite();
    if (const RecordedValue* value = site != nullptr ? site->find(m_value) : nullptr) m_editor->setValue(*value);
}

void InspectorPanel::choose(const QString& valueName, const std::vector<std::int64_t>& index) {
    const SiteRecord* site = m_workspace.viewState().whatIfSite();
    if (site == nullptr) return;
    const auto value = std::ranges::find(site->values, valueName.toStdString(), &RecordedValue::graphName);
    if (value != site->values.end()) m_editor->setValue(*value, index);
}

/// Keeps what is being edited, with its newest number.
void InspectorPanel::showEditor() {
    const SiteRecord* site = m_workspace.viewState().whatIfSite();
    if (site == nullptr) return;
    const auto value = std::ranges::find(site->values, m_editor->valueName(), &RecordedValue::graphName);
    if (value != site->values.end())
        m_editor->setValue(*value);
    else if (const RecordedValue* chosen = site->find(m_value))
        m_editor->setValue(*chosen);
}

void InspectorPanel::pointAt(const QString& valueName, const std::vector<std::int64_t>& index) {
    m_pointed = valueName.toStdString();
    m_index = index;
    showElement();
}

void InspectorPanel::showElement() {
    const ViewState state = m_workspace.viewState();
    const SiteRecord* model = state.modelSite();
    const SiteRecord* whatIf = state.whatIfSite();
    if (model == nullptr || whatIf == nullptr) return;
    QString text;
    if (!m_pointed.empty())
        text = elementRichText(*model, *whatIf, m_pointed, m_index, state.whatIf->sequenceFor(*whatIf));
    if (text.isEmpty()) {
        const RecordedValue* value = whatIf->find(m_value);
        text = value != nullptr ? valueRichText(*value) : QString();
    }
    m_element->setText(text);
}

QString InspectorPanel::elementText() const {
    return m_element->text();
}

void InspectorPanel::showFindings() {
    const Theme& theme = Theme::of(palette());
    QStringList lines;
    for (const QString& finding : findings())
        lines << QStringLiteral("<span style=\"color:%1\">●</span> %2")
                     .arg(theme.warning.name(), finding.toHtmlEscaped());
    m_findings->setText(lines.join(QStringLiteral("<br>")));
    m_findings->setVisible(!lines.isEmpty());
    m_findingsTitle->setVisible(!lines.isEmpty());
}

QStringList InspectorPanel::findings() const {
    QStringList messages;
    const RecordPtr& record = m_workspace.whatIfRecord();
    if (!record) return messages;
    for (const Finding& finding : record->findings) {
        if (finding.site.empty() || finding.site == m_workspace.site())
            messages << QString::fromStdString(finding.message);
    }
    return messages;
}

void InspectorPanel::showParameters(const SiteRecord& site) {
    if (m_shownSite != site.name) {
        while (m_parameterRows->rowCount() > 0) m_parameterRows->removeRow(0);
        for (const RecordedValue& value : site.values) {
            if (value.role != ValueRole::Parameter || value.tensor->size() != 1) continue;
            auto* edit = new QLineEdit;
            edit->setObjectName(QString::fromStdString(value.graphName));
            connect(edit, &QLineEdit::editingFinished, this, [this, edit, name = value.graphName] {
                bool isNumber = false;
                const float number = edit->text().toFloat(&isNumber);
                if (isNumber && std::isfinite(number) && edit->isModified()) m_workspace.setElement(name, {}, number);
                edit->setModified(false);
                showRecord();
            });
            m_parameterRows->addRow(QString::fromStdString(value.name), edit);
        }
    }
    for (const RecordedValue& value : site.values) {
        auto* edit = m_parameters->findChild<QLineEdit*>(QString::fromStdString(value.graphName));
        if (edit == nullptr || edit->isModified()) continue;
        edit->setText(QString::number(static_cast<double>((*value.tensor)[0]), 'g', 7));
    }
    m_parameters->setVisible(m_parameterRows->rowCount() > 0);
}

void InspectorPanel::showWeights(const SiteRecord& site) {
    const std::vector<DescribedWeight>* weights = m_workspace.siteWeights(site.layer);
    const bool any = weights != nullptr && !weights->empty();
    m_weights->setVisible(any);
    m_weightsTitle->setVisible(any);
    if (!any) return;
    QStringList blocks;
    for (const DescribedWeight& weight : *weights) blocks << weightRichText(weight);
    m_weights->setText(blocks.join(QStringLiteral("<br>")));
}

}  // namespace attnscope
