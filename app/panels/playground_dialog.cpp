#include "panels/playground_dialog.h"

#include "formula/check.h"
#include "formula/open_extents.h"
#include "loading/new_layer.h"
#include "panels/formula_view.h"
#include "panels/panel_parts.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace attnscope {
namespace {

/// What a list's shape "(?, 128)" comes to; open lengths are the same for all layers here.
std::optional<Shape> shapeOf(const LayerSummary& layer) {
    constexpr std::int64_t someLength = 97;
    if (layer.shape.empty()) return std::nullopt;
    std::vector<std::int64_t> extents;
    const QString inside = QString::fromStdString(layer.shape).mid(1).chopped(1);
    for (const QString& extent : inside.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        bool isNumber = false;
        const qlonglong number = extent.trimmed().toLongLong(&isNumber);
        extents.push_back(isNumber ? number : someLength);
    }
    return Shape(std::move(extents));
}

QSpinBox* spinBox(int low, int high, int value) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setValue(value);
    return box;
}

/// Long names elide rather than widen the dialog.
QComboBox* comboBox() {
    auto* box = new QComboBox;
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(28);
    return box;
}

}  // namespace

PlaygroundDialog::PlaygroundDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent),
      m_workspace(workspace),
      m_form(new QFormLayout),
      m_formulas(comboBox()),
      m_view(new FormulaView),
      m_initializer(comboBox()),
      m_seed(spinBox(0, std::numeric_limits<int>::max(), 0)),
      m_note(new QLabel) {
    build();
    fillFormulas();
    connect(m_formulas, &QComboBox::currentIndexChanged, this, &PlaygroundDialog::chooseFormula);
    connect(&workspace, &Workspace::catalogueChanged, this, [this] {
        fillFormulas();
        chooseFormula();
    });
    chooseFormula();
}

void PlaygroundDialog::build() {
    setWindowTitle(tr("New layer on this sequence"));
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(56 * Theme::unit);
    m_formulas->setObjectName(QStringLiteral("newFormula"));
    m_initializer->setObjectName(QStringLiteral("newInitializer"));
    m_seed->setObjectName(QStringLiteral("newSeed"));
    m_note->setObjectName(QStringLiteral("newNote"));
    m_note->setTextFormat(Qt::PlainText);
    wrapText(*m_note);
    m_initializer->addItem(tr("Glorot uniform"), static_cast<int>(Initializer::GlorotUniform));
    m_initializer->addItem(tr("Uniform, ±0.05"), static_cast<int>(Initializer::Uniform));
    m_initializer->addItem(tr("Zeros"), static_cast<int>(Initializer::Zeros));
    m_seed->setToolTip(tr("The same seed gives the same weights"));
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_form->setVerticalSpacing(Theme::unit);
    m_form->addRow(tr("&Formula"), m_formulas);
    m_form->addRow(QString(), m_view);
    m_form->addRow(tr("&Weights start"), m_initializer);
    m_form->addRow(tr("&Seed"), m_seed);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    m_add = buttons->addButton(tr("Add"), QDialogButtonBox::AcceptRole);
    m_add->setObjectName(QStringLiteral("addLayer"));
    m_add->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(2 * Theme::unit);
    layout->addLayout(m_form);
    layout->addWidget(m_note);
    layout->addStretch(1);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &PlaygroundDialog::add);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void PlaygroundDialog::fillFormulas() {
    const QSignalBlocker quiet(m_formulas);
    const QVariant chosen = m_formulas->currentData();
    m_formulas->clear();
    for (const Formula* formula : m_workspace.catalogue().all()) {
        const QString name = QString::fromStdString(formula->name());
        const QString title = QString::fromStdString(formula->title());
        m_formulas->addItem(title.isEmpty() ? name : title, name);
        m_formulas->setItemData(m_formulas->count() - 1, name, Qt::ToolTipRole);
    }
    m_formulas->setCurrentIndex(std::max(0, m_formulas->findData(chosen)));
}

const Formula* PlaygroundDialog::formula() const {
    return m_workspace.catalogue().find(m_formulas->currentData().toString().toStdString());
}

/// One list of layers for each of the formula's inputs.
void PlaygroundDialog::chooseFormula() {
    while (!m_inputs.empty()) {
        m_form->removeRow(m_inputs.back());
        m_inputs.pop_back();
    }
    const Formula* chosen = formula();
    m_view->setVisible(chosen != nullptr);
    if (chosen == nullptr) return;
    m_view->setFormula(*chosen, {});
    const std::vector<std::string> masks = maskNames(*chosen);
    int row = 2;
    for (const Declaration& input : chosen->inputs()) {
        if (std::ranges::find(masks, input.name) != masks.end()) continue;
        QComboBox* box = comboBox();
        box->setObjectName(QStringLiteral("newInput_") + QString::fromStdString(input.name));
        for (const LayerSummary& layer : m_workspace.layers()) {
            const std::optional<Shape> shape = shapeOf(layer);
            if (!shape || shape->rank() != input.axes.size()) continue;
            box->addItem(QString::fromStdString(layer.name + "  " + layer.shape), QString::fromStdString(layer.name));
        }
        const int usual = box->findData(QString::fromStdString(sequenceLayer(*m_workspace.opened().model)));
        if (usual >= 0) box->setCurrentIndex(usual);
        connect(box, &QComboBox::currentIndexChanged, this, &PlaygroundDialog::chooseInputs);
        m_form->insertRow(row++, tr("%1 is the output of").arg(QString::fromStdString(input.name)), box);
        m_inputs.push_back(box);
    }
    chooseInputs();
}

/// Asks how far the letters run that the chosen inputs leave open.
void PlaygroundDialog::chooseInputs() {
    const Formula* chosen = formula();
    std::map<std::string, Shape> shapes;
    std::size_t place = 0;
    bool complete = true;
    const std::vector<std::string> masks = maskNames(*chosen);
    for (const Declaration& input : chosen->inputs()) {
        if (std::ranges::find(masks, input.name) != masks.end()) continue;
        const LayerSummary* layer = m_workspace.layer(m_inputs[place++]->currentData().toString().toStdString());
        const std::optional<Shape> shape = layer != nullptr ? shapeOf(*layer) : std::nullopt;
        complete = complete && shape.has_value();
        if (shape) shapes[input.name] = *shape;
    }
    std::map<std::string, std::int64_t> wanted;
    for (const auto& [letter, box] : m_extents) wanted[letter] = box->value();
    const Result<OpenExtents> extents = openExtents(*chosen, shapes, wanted, addedLayerExtent);
    m_add->setEnabled(complete && extents.has_value());
    m_note->setText(!complete ? tr("The model has no layer that gives what this formula takes.")
                    : extents ? tr("It stands beside the model: predictions stay as they are.")
                              : QString::fromStdString(extents.error().text()));
    if (extents) askForExtents(*extents);
}

void PlaygroundDialog::askForExtents(const OpenExtents& extents) {
    std::erase_if(m_extents, [&](const auto& asked) {
        const bool isOpen = std::ranges::find(extents.open, asked.first) != extents.open.end();
        if (!isOpen) m_form->removeRow(asked.second);
        return !isOpen;
    });
    int row = 2 + static_cast<int>(m_inputs.size());
    for (const std::string& letter : extents.open) {
        QSpinBox*& box = m_extents[letter];
        if (box == nullptr) {
            constexpr int most = 4096;
            box = spinBox(1, most, static_cast<int>(std::min<std::int64_t>(extents.known.at(letter), most)));
            box->setObjectName(QStringLiteral("newExtent_") + QString::fromStdString(letter));
            connect(box, &QSpinBox::valueChanged, this, &PlaygroundDialog::chooseInputs);
            m_form->insertRow(row, tr("%1 runs over").arg(QString::fromStdString(letter)), box);
        }
        ++row;
    }
}

AddedLayer PlaygroundDialog::layer() const {
    AddedLayer layer;
    layer.name = newLayerName(*m_workspace.opened().model, m_workspace.choices().added);
    layer.formula = m_formulas->currentData().toString().toStdString();
    for (const QComboBox* input : m_inputs) layer.inputs.push_back(input->currentData().toString().toStdString());
    layer.initializer = static_cast<Initializer>(m_initializer->currentData().toInt());
    layer.seed = static_cast<std::uint64_t>(m_seed->value());
    for (const auto& [letter, box] : m_extents) layer.extents[letter] = box->value();
    return layer;
}

void PlaygroundDialog::add() {
    m_workspace.addLayer(layer());
    accept();
}

}  // namespace attnscope
