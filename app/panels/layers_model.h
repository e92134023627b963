#pragma once

#include "model/model.h"

#include <QAbstractItemModel>

#include <vector>

namespace attnscope {

/// The layers of a model as a tree (nested models have children): name, output shape, parameters.
class LayersModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { NameColumn, ShapeColumn, ParametersColumn, ColumnCount };
    enum Role { IsSiteRole = Qt::UserRole, ProblemRole, LayerNameRole };

    using QAbstractItemModel::QAbstractItemModel;

    void setLayers(std::vector<LayerSummary> layers);
    [[nodiscard]] const LayerSummary& layer(const QModelIndex& index) const;
    /// The row of the layer with this name; invalid if there is none.
    [[nodiscard]] QModelIndex indexOf(const std::string& name) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node {
        int parent = -1;
        int row = 0;
        std::vector<int> children;
    };

    [[nodiscard]] const std::vector<int>& childrenOf(const QModelIndex& parent) const;

    std::vector<LayerSummary> m_layers;
    std::vector<Node> m_nodes;  ///< one per layer
    std::vector<int> m_roots;
};

}  // namespace attnscope
