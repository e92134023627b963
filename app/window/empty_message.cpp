#include "window/empty_message.h"

#include "workspace/workspace.h"

#include <QCoreApplication>

namespace attnscope {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("attnscope::EmptyMessage", text);
}

EmptyMessage askFor(const ModelInput& input, bool several, const WindowActions& actions) {
    const QString where =
        several ? QLatin1Char(' ') + tr("It goes into the input %1.").arg(QString::fromStdString(input.name))
                : QString();
    if (!input.tokenIds)
        return {tr("Choose a numeric sequence"),
                tr("Drop a .npy or .csv file here (time × feature), or open one.") + where,
                {actions.openTexts}};
    return {tr("Choose a text"),
            tr("Type one, or drop a file here (.txt, .csv, .tsv, .jsonl).") + where,
            {actions.typeText, actions.openTexts}};
}

EmptyMessage noAttention(const Workspace& workspace, const WindowActions& actions) {
    const Record& record = *workspace.modelRecord();
    if (workspace.opened().isSequence)
        return {tr("A sequence without a model"),
                tr("Add a layer: any formula, with fresh weights, on this sequence."),
                {actions.newLayer}};
    QString text =
        tr("attnscope knows no attention layer in it. A layer that cannot be evaluated is red in the list of "
           "layers; choose it to write a formula for it. Or try a new layer beside the model.");
    for (const Finding& finding : record.findings) {
        if (finding.site.empty()) text += QStringLiteral("\n\n") + QString::fromStdString(finding.message);
    }
    return {tr("This model has no attention to look at"), text, {actions.newLayer}};
}

}  // namespace

std::optional<EmptyMessage> emptyMessage(const Workspace& workspace, const WindowActions& actions) {
    if (!workspace.hasModel())
        return EmptyMessage{tr("Drop a model here, or open one"),
                            tr("A Keras model with an attention layer (.keras, .h5). A tokenizer that lies beside it "
                               "is found by itself."),
                            {actions.openModel}};
    if (workspace.inspectProblem())
        return EmptyMessage{tr("This cannot be evaluated"),
                            QString::fromStdString(workspace.inspectProblem()->text()),
                            {actions.openTexts, actions.openTokenizer}};
    const std::vector<std::optional<InputSource>>& inputs = workspace.inputs();
    for (std::size_t place = 0; place < inputs.size(); ++place) {
        if (!inputs[place]) return askFor(workspace.opened().model->inputs()[place], inputs.size() > 1, actions);
    }
    if (!workspace.modelRecord()) return EmptyMessage{tr("Evaluating…"), {}, {}};
    if (workspace.modelRecord()->sites.empty()) return noAttention(workspace, actions);
    return std::nullopt;
}

}  // namespace attnscope
