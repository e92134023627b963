#include "panels/formula_editor.h"

#include "formula/message.h"
#include "formula/skeleton.h"
#include "inspect/comparison.h"
#include "panels/formula_highlighter.h"
#include "panels/panel_parts.h"
#include "theme/theme.h"
#include "workspace/workspace.h"

#include <QEvent>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStyle>
#include <QTextBlock>
#include <QVBoxLayout>

#include <algorithm>

namespace attnscope {
namespace {

/// What messages call the formula that is being typed; they begin with it.
const std::string shownName = "formula";

/// `(?, 128)` as numbers, none where the length is open.
std::vector<std::optional<std::int64_t>> extentsOf(const std::string& shape) {
    std::vector<std::optional<std::int64_t>> extents;
    for (const QString& part : QString::fromStdString(shape)
                                   .remove(QLatin1Char('('))
                                   .remove(QLatin1Char(')'))
                                   .split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        bool isNumber = false;
        const qlonglong extent = part.trimmed().toLongLong(&isNumber);
        extents.push_back(isNumber ? std::optional<std::int64_t>(extent) : std::nullopt);
    }
    return extents;
}

/// A formula to start from, for a layer that has none.
std::string skeletonFor(const Workspace& workspace, const std::string& layerName) {
    const std::vector<LayerSummary>& layers = workspace.layers();
    const auto layer = std::ranges::find(layers, layerName, &LayerSummary::name);
    if (layer == layers.end()) return {};
    std::vector<SkeletonWeight> weights;
    if (const Layer* found = workspace.opened().model->layerNamed(layerName)) {
        for (const LayerWeight& weight : found->weights) weights.push_back({weight.name, weight.tensor->shape()});
    }
    // What it is given is, as a rule, what the layer before it in the list makes.
    std::optional<std::int64_t> timesteps;
    std::optional<std::int64_t> features;
    if (layer != layers.begin()) {
        const auto extents = extentsOf(std::prev(layer)->shape);
        if (extents.size() == 2) {
            timesteps = extents[0];
            features = extents[1];
        }
    }
    return formulaSkeleton(layer->className, weights, timesteps, features);
}

/// The style sheet colours what is a problem, in either theme.
void say(QLabel& label, const QString& text, bool isProblem) {
    label.setProperty("problem", isProblem);
    label.style()->unpolish(&label);
    label.style()->polish(&label);
    label.setText(text);
    label.setAccessibleName(text);
}

QString outcomeText(const Workspace& workspace, const std::string& site) {
    const RecordPtr& model = workspace.modelRecord();
    const RecordPtr& whatIf = workspace.whatIfRecord();
    if (!model || !whatIf) return FormulaEditor::tr("Choose a text or a sequence to evaluate it on.");
    if (model == whatIf) return FormulaEditor::tr("This is the layer's formula.");
    const auto compared = compareRecords(*model, *whatIf, site);
    if (!compared) return FormulaEditor::tr("Evaluated; its weights have another shape than the model's.");
    QString text =
        FormulaEditor::tr("Evaluated: %1 % of the weight moved").arg(numberText(100.0 * compared->weightMoved, 3));
    if (!compared->predictions.empty()) {
        const UnitChange& change = compared->predictions.front();
        text += FormulaEditor::tr(", %1 %2 → %3")
                    .arg(QString::fromStdString(change.output), numberText(static_cast<double>(change.before)),
                         numberText(static_cast<double>(change.after)));
    }
    return text + QLatin1Char('.');
}

}  // namespace

FormulaEditor::FormulaEditor(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      m_workspace(workspace),
      m_title(titleLabel({})),
      m_state(new QLabel),
      m_text(new QPlainTextEdit),
      m_message(new QLabel),
      m_keep(new QPushButton(tr("Keep as…"))),
      m_revert(new QPushButton(tr("Revert"))),
      m_highlighter(new FormulaHighlighter(m_text->document())) {
    build();
    connect(m_text, &QPlainTextEdit::textChanged, this, &FormulaEditor::readText);
    connect(m_keep, &QPushButton::clicked, this, &FormulaEditor::keepRequested);
    connect(m_revert, &QPushButton::clicked, this, [this] { m_workspace.revertFormula(m_layer); });
    connect(&workspace, &Workspace::editsChanged, this, &FormulaEditor::takeOver);
    connect(&workspace, &Workspace::modelChanged, this, &FormulaEditor::takeOver);
    connect(&workspace, &Workspace::recordsChanged, this, &FormulaEditor::showOutcome);
    m_highlighter->setColors(palette());
}

void FormulaEditor::build() {
    setObjectName(QStringLiteral("formulaEditor"));
    m_state->setObjectName(QStringLiteral("muted"));
    m_text->setObjectName(QStringLiteral("formulaText"));
    m_text->setAccessibleName(tr("Formula"));
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setTabChangesFocus(true);  // formulas need no tabs, keyboards need a way out
    m_text->installEventFilter(this);
    m_text->setMinimumHeight(10 * Theme::unit);
    m_message->setObjectName(QStringLiteral("formulaMessage"));
    m_message->setTextFormat(Qt::PlainText);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    wrapText(*m_message);
    m_keep->setObjectName(QStringLiteral("keepFormula"));
    m_keep->setToolTip(tr("Keep it among your own formulas"));
    m_revert->setObjectName(QStringLiteral("revertFormula"));
    m_revert->setToolTip(tr("Back to the formula that the model has"));
    auto* done = new QPushButton(tr("Close"));
    done->setObjectName(QStringLiteral("closeFormula"));
    done->setToolTip(tr("Close the editor (Esc); what is written stays in effect"));
    connect(done, &QPushButton::clicked, this, &FormulaEditor::close);

    auto* layout = panelLayout(this);
    layout->addLayout(panelHeader(m_title, m_state));
    auto* inside = new QVBoxLayout;
    inside->setContentsMargins(12, 0, 12, Theme::unit);
    inside->setSpacing(Theme::unit);
    inside->addWidget(m_text, 1);
    auto* below = new QHBoxLayout;
    below->setSpacing(Theme::unit);
    below->addWidget(m_message, 1);
    for (QPushButton* button : {m_keep, m_revert, done}) below->addWidget(button, 0, Qt::AlignTop);
    inside->addLayout(below);
    layout->addLayout(inside, 1);
}

void FormulaEditor::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    m_highlighter->setColors(palette());
    if (!m_layer.empty()) readText();
}

bool FormulaEditor::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        close();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FormulaEditor::close() {
    m_layer.clear();
    emit closed();
}

void FormulaEditor::edit(const std::string& layer) {
    m_layer = layer;
    ++m_session;
    takeOver();
    m_text->setFocus(Qt::ShortcutFocusReason);
}

bool FormulaEditor::isWritten() const {
    const LayerSummary* layer = m_workspace.layer(m_layer);
    return m_workspace.choices().written.contains(m_layer) || layer == nullptr || !layer->isSite;
}

/// The formula in effect: edited, written, of the catalogue, or a start for a layer that has none.
std::string FormulaEditor::currentSource() const {
    if (const auto edited = m_workspace.formulaEdits().find(m_layer); edited != m_workspace.formulaEdits().end())
        return edited->second;
    if (const Formula* own = m_workspace.formulaOf(m_layer)) return own->source();
    return skeletonFor(m_workspace, m_layer);
}

/// The text follows what undo and other panels do. A text that is no formula is the person's own and stays.
void FormulaEditor::takeOver() {
    if (m_layer.empty() || !m_workspace.hasModel()) return;
    m_title->setText(tr("FORMULA OF %1").arg(QString::fromStdString(m_layer)));
    const bool edited = m_workspace.formulaEdits().contains(m_layer);
    m_revert->setEnabled(edited);
    m_state->setText(edited ? tr("what-if") : isWritten() ? tr("your own") : tr("as the model has it"));
    const std::string current = currentSource();
    const bool untouched = m_text->property("layer").toString() == QString::fromStdString(m_layer);
    if (source() == current || (untouched && !m_valid && !m_text->document()->isEmpty())) {
        m_text->setProperty("layer", QString::fromStdString(m_layer));
        if (untouched)
            showOutcome();
        else
            readText();
        return;
    }
    m_text->setProperty("layer", QString::fromStdString(m_layer));
    m_taking = true;
    m_text->setPlainText(QString::fromStdString(current));
    m_taking = false;
    readText();
}

std::string FormulaEditor::source() const {
    return m_text->toPlainText().toStdString();
}

QString FormulaEditor::message() const {
    return m_message->text();
}

void FormulaEditor::readText() {
    if (m_layer.empty() || m_taking) return;
    const std::string written = source();
    const Result<Formula> formula = Formula::parse(written, shownName);
    m_valid = formula.has_value();
    m_keep->setEnabled(m_valid);
    if (!formula) {
        const std::optional<Position> position = positionOf(formula.error());
        QString what = QString::fromStdString(formula.error().text());
        if (position) {
            what = tr("Line %1, column %2: %3")
                       .arg(position->line)
                       .arg(position->column)
                       .arg(what.section(QStringLiteral(": "), 1));
            underline(position->line, position->column);
        }
        showProblem(what);
        return;
    }
    m_text->setExtraSelections({});
    if (isWritten())
        m_workspace.writeFormula(m_layer, written, m_session);
    else
        m_workspace.editFormula(m_layer, written, m_session);
    showOutcome();
}

void FormulaEditor::showProblem(const QString& what) {
    say(*m_message, what, true);
}

/// Underlines the word at this place, or the one character there is.
void FormulaEditor::underline(int line, int column) {
    const QTextBlock block = m_text->document()->findBlockByNumber(line - 1);
    if (!block.isValid()) return;
    // Columns count code points.
    int begin = 0;
    const QString text = block.text();
    for (int point = 1; point < column && begin < text.size(); ++point) begin += text[begin].isHighSurrogate() ? 2 : 1;
    int end = begin;
    while (end < text.size() && (text[end].isLetterOrNumber() || text[end] == QLatin1Char('_'))) ++end;
    if (end == begin) end = std::min(begin + 1, static_cast<int>(text.size()));
    if (end == begin) begin = std::max(0, begin - 1);  // at the end of a line: what comes before
    QTextEdit::ExtraSelection selection;
    selection.cursor = QTextCursor(block);
    selection.cursor.setPosition(block.position() + begin);
    const int last = m_text->document()->characterCount() - 1;
    selection.cursor.setPosition(std::min(block.position() + std::max(end, begin + 1), last), QTextCursor::KeepAnchor);
    selection.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
    const QColor color = Theme::of(palette()).error;
    selection.format.setUnderlineColor(color);
    selection.format.setBackground(QColor(color.red(), color.green(), color.blue(), 40));
    m_text->setExtraSelections({selection});
}

void FormulaEditor::showOutcome() {
    if (m_layer.empty() || !m_valid) return;
    if (const std::optional<Error>& problem = m_workspace.formulaProblem())
        return showProblem(tr("It cannot be evaluated: %1").arg(QString::fromStdString(problem->text())));
    const LayerSummary* layer = m_workspace.layer(m_layer);
    const bool isTold = layer != nullptr && (layer->isSite || m_workspace.activity().what.isEmpty());
    if (isWritten() && isTold && !layer->problem.empty())
        return showProblem(tr("It cannot be evaluated: %1").arg(QString::fromStdString(layer->problem)));
    QString text = outcomeText(m_workspace, m_workspace.site());
    if (isWritten() && m_workspace.choices().written.contains(m_layer)) text = tr("The layer is read by this formula.");
    say(*m_message, text, false);
}

}  // namespace attnscope
