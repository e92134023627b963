#pragma once

#include <QAbstractListModel>

namespace attnscope {

class Workspace;

/// The list of texts and numeric sequences, with what the model predicts for each.
class TextsModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role {
        TextRole = Qt::UserRole,  ///< the whole text, for filtering
        PredictionRole,           ///< QString; empty while it is not known
        FractionRole,             ///< double, or an invalid QVariant
        LabelRole,                ///< QString that came with the text
        ProblemRole,              ///< QString: why there is no prediction
    };

    explicit TextsModel(const Workspace& workspace, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    void reset();

    const Workspace& m_workspace;
    int m_rows = 0;
};

}  // namespace attnscope
