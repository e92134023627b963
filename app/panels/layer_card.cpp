#include "panels/layer_card.h"

#include "panels/formula_menu.h"
#include "panels/panel_parts.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

namespace attnscope {

LayerCard::LayerCard(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      m_workspace(workspace),
      m_name(new QLabel),
      m_class(new QLabel),
      m_problem(new QLabel),
      m_weights(new QLabel),
      m_formulas(new QMenu(this)) {
    m_name->setObjectName(QStringLiteral("siteName"));
    m_class->setObjectName(QStringLiteral("muted"));
    m_weights->setObjectName(QStringLiteral("layerWeights"));
    for (QLabel* label : {m_name, m_class, m_problem, m_weights}) {
        label->setTextFormat(Qt::PlainText);  // names come from a file
        wrapText(*label);
    }
    for (QLabel* label : {m_problem, m_weights})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* write = new QPushButton(tr("Write a formula…"));
    write->setObjectName(QStringLiteral("writeFormula"));
    write->setToolTip(tr("Start from its weights' names and shapes"));
    auto* choose = new QPushButton(tr("Choose a formula"));
    choose->setObjectName(QStringLiteral("chooseFormula"));
    choose->setMenu(m_formulas);
    connect(write, &QPushButton::clicked, this, [this] { emit writeRequested(QString::fromStdString(m_layer)); });
    connect(m_formulas, &QMenu::aboutToShow, this, [this] {
        m_formulas->clear();
        fillFormulaMenu(*m_formulas, m_workspace, m_layer);
    });

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 2 * Theme::unit);
    layout->setSpacing(Theme::unit / 2);
    layout->addWidget(m_name);
    layout->addWidget(m_class);
    layout->addSpacing(Theme::unit);
    layout->addWidget(m_problem);
    layout->addSpacing(Theme::unit);
    layout->addWidget(titleLabel(tr("WEIGHTS")));
    layout->addWidget(m_weights);
    layout->addSpacing(Theme::unit);
    layout->addWidget(write);
    layout->addWidget(choose);
}

bool LayerCard::setLayer(const std::string& name) {
    m_layer = name;
    const LayerSummary* layer = m_workspace.layer(name);
    // A layer that only waits for another one has no problem of its own.
    if (layer == nullptr || layer->name != name || layer->isSite || layer->added || layer->problem.empty() ||
        layer->waits)
        return false;
    m_name->setText(QString::fromStdString(layer->name));
    m_class->setText(tr("class %1").arg(QString::fromStdString(layer->className)));
    m_problem->setText(QString::fromStdString(layer->problem));
    QStringList weights;
    for (const WeightSummary& weight : layer->weights)
        weights << QString::fromStdString(weight.name + "  " + weight.shape);
    m_weights->setText(weights.isEmpty() ? tr("none") : weights.join(QLatin1Char('\n')));
    return true;
}

}  // namespace attnscope
