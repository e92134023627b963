#pragma once

#include "panels/layers_model.h"

#include <QWidget>

class QLabel;
class QTreeView;

namespace attnscope {

class Workspace;

/// The layers of the open model; choosing an attention layer chooses its site.
class LayersPanel : public QWidget {
    Q_OBJECT
public:
    explicit LayersPanel(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] LayersModel& layers() { return m_layers; }
    [[nodiscard]] QTreeView& view() { return *m_view; }

signals:
    /// A layer became the current one, be it a site or not.
    void layerChosen(const QString& layer);
    /// The person wants to edit or to write this layer's formula.
    void formulaRequested(const QString& layer);

private:
    void showModel();
    void showSite();
    void chooseLayer(const QModelIndex& index);
    void showMenu(const QPoint& position);

    Workspace& m_workspace;
    LayersModel m_layers;
    QLabel* m_model;
    QTreeView* m_view;
};

}  // namespace attnscope
