#pragma once

#include <QWidget>

#include <string>

class QLabel;
class QMenu;
class QToolButton;

namespace attnscope {

class Workspace;

/// A layer that no formula reads: why, what weights it has, and what one can do about it.
class LayerCard : public QWidget {
    Q_OBJECT
public:
    explicit LayerCard(Workspace& workspace, QWidget* parent = nullptr);

    /// Shows a layer of the list; true if it is one that has to be read by a formula.
    bool setLayer(const std::string& layer);
    [[nodiscard]] const std::string& layer() const { return m_layer; }

signals:
    void writeRequested(const QString& layer);

private:
    Workspace& m_workspace;
    std::string m_layer;
    QLabel* m_name;
    QLabel* m_class;
    QLabel* m_problem;
    QLabel* m_weights;
    QMenu* m_formulas;
};

}  // namespace attnscope
