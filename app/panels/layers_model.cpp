#include "panels/layers_model.h"

#include <QLocale>

#include <algorithm>

namespace attnscope {

void LayersModel::setLayers(std::vector<LayerSummary> layers) {
    beginResetModel();
    m_layers = std::move(layers);
    m_nodes.assign(m_layers.size(), {});
    m_roots.clear();
    std::vector<int> path;  // the layers that the next one may lie in, one per depth
    for (std::size_t place = 0; place < m_layers.size(); ++place) {
        path.resize(std::min(path.size(), m_layers[place].depth));
        Node& node = m_nodes[place];
        node.parent = path.empty() ? -1 : path.back();
        std::vector<int>& siblings =
            node.parent < 0 ? m_roots : m_nodes[static_cast<std::size_t>(node.parent)].children;
        node.row = static_cast<int>(siblings.size());
        siblings.push_back(static_cast<int>(place));
        path.push_back(static_cast<int>(place));
    }
    endResetModel();
}

const LayerSummary& LayersModel::layer(const QModelIndex& index) const {
    return m_layers[static_cast<std::size_t>(index.internalId())];
}

QModelIndex LayersModel::indexOf(const std::string& name) const {
    const auto found = std::ranges::find(m_layers, name, &LayerSummary::name);
    if (found == m_layers.end()) return {};
    const auto place = static_cast<std::size_t>(found - m_layers.begin());
    return createIndex(m_nodes[place].row, 0, place);
}

const std::vector<int>& LayersModel::childrenOf(const QModelIndex& parent) const {
    return parent.isValid() ? m_nodes[static_cast<std::size_t>(parent.internalId())].children : m_roots;
}

QModelIndex LayersModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, static_cast<quintptr>(childrenOf(parent)[static_cast<std::size_t>(row)]));
}

QModelIndex LayersModel::parent(const QModelIndex& child) const {
    if (!child.isValid()) return {};
    const int parent = m_nodes[static_cast<std::size_t>(child.internalId())].parent;
    if (parent < 0) return {};
    return createIndex(m_nodes[static_cast<std::size_t>(parent)].row, 0, static_cast<quintptr>(parent));
}

int LayersModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(childrenOf(parent).size());
}

int LayersModel::columnCount(const QModelIndex&) const {
    return ColumnCount;
}

QVariant LayersModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const LayerSummary& summary = layer(index);
    switch (role) {
        case Qt::DisplayRole:
            if (index.column() == ShapeColumn) return QString::fromStdString(summary.shape);
            if (index.column() == ParametersColumn)
                return summary.parameters == 0 ? QString()
                                               : QLocale().toString(static_cast<qlonglong>(summary.parameters));
            return QString::fromStdString(summary.name.substr(summary.name.rfind('/') + 1));
        case Qt::ToolTipRole: {
            QString text = QString::fromStdString(summary.name + "\n" + summary.className);
            if (summary.isSite) text += tr("\nAttention site");
            if (!summary.problem.empty()) text += QLatin1Char('\n') + QString::fromStdString(summary.problem);
            return text;
        }
        case Qt::TextAlignmentRole:
            return index.column() == NameColumn ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                                : QVariant(Qt::AlignRight | Qt::AlignVCenter);
        case Qt::AccessibleTextRole:
            if (index.column() == NameColumn && summary.isSite)
                return tr("%1, attention site").arg(QString::fromStdString(summary.name));
            return data(index, Qt::DisplayRole);
        case IsSiteRole:
            return summary.isSite;
        case ProblemRole:
            return QString::fromStdString(summary.problem);
        case LayerNameRole:
            return QString::fromStdString(summary.name);
        default:
            return {};
    }
}

QVariant LayersModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return section == NameColumn ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                     : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    if (section == NameColumn) return tr("Layer");
    return section == ShapeColumn ? tr("Output") : tr("Parameters");
}

}  // namespace attnscope
