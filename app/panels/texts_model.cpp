#include "panels/texts_model.h"

#include "panels/prediction_summary.h"
#include "workspace/workspace.h"

namespace attnscope {
namespace {

QString shownText(const InputSource& source) {
    if (source.kind == InputSource::Kind::MatrixFile) return QString::fromStdString(source.name);
    return QString::fromStdString(source.content).simplified();
}

QString toolTip(const ListedSource& listed, const QString& prediction) {
    constexpr qsizetype longest = 1000;
    QString text = QString::fromStdString(listed.source.name) + QStringLiteral("\n\n");
    const QString content = QString::fromStdString(listed.source.content);
    text += content.size() > longest ? content.first(longest) + QStringLiteral(" …") : content;
    if (!listed.label.empty()) text += TextsModel::tr("\n\nLabel: %1").arg(QString::fromStdString(listed.label));
    if (!prediction.isEmpty()) text += TextsModel::tr("\nPrediction: %1").arg(prediction);
    if (listed.prediction && !*listed.prediction)
        text += QStringLiteral("\n\n") + QString::fromStdString(listed.prediction->error().text());
    return text;
}

}  // namespace

TextsModel::TextsModel(const Workspace& workspace, QObject* parent)
    : QAbstractListModel(parent), m_workspace(workspace) {
    connect(&workspace, &Workspace::listChanged, this, &TextsModel::reset);
    connect(&workspace, &Workspace::predictionChanged, this, [this](int row) {
        if (row < m_rows) emit dataChanged(index(row), index(row));
    });
    reset();
}

void TextsModel::reset() {
    beginResetModel();
    m_rows = static_cast<int>(m_workspace.list().size());
    endResetModel();
}

int TextsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_rows;
}

QVariant TextsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_rows) return {};
    const ListedSource& listed = m_workspace.list()[static_cast<std::size_t>(index.row())];
    const bool predicted = listed.prediction && *listed.prediction;
    switch (role) {
        case Qt::DisplayRole:
            return shownText(listed.source);
        case TextRole:
            return QString::fromStdString(listed.source.kind == InputSource::Kind::MatrixFile ? listed.source.name
                                                                                              : listed.source.content);
        case PredictionRole:
            return predicted ? summarizePrediction(**listed.prediction).text : QString();
        case FractionRole: {
            if (!predicted) return {};
            const auto fraction = summarizePrediction(**listed.prediction).fraction;
            return fraction ? QVariant(*fraction) : QVariant();
        }
        case LabelRole:
            return QString::fromStdString(listed.label);
        case ProblemRole:
            return listed.prediction && !predicted ? QString::fromStdString(listed.prediction->error().text())
                                                   : QString();
        case Qt::ToolTipRole:
            return toolTip(listed, data(index, PredictionRole).toString());
        case Qt::AccessibleTextRole:
            return tr("%1: %2, prediction %3")
                .arg(index.row() + 1)
                .arg(shownText(listed.source), data(index, PredictionRole).toString());
        default:
            return {};
    }
}

}  // namespace attnscope
