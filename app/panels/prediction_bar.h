#pragma once

#include "panels/prediction_summary.h"

#include <QWidget>

namespace attnscope {

class Workspace;

/// What the model predicts, what it would predict with the edits, and the difference.
class PredictionBar : public QWidget {
    Q_OBJECT
public:
    explicit PredictionBar(Workspace& workspace, QWidget* parent = nullptr);

    [[nodiscard]] const std::vector<PredictionRow>& rows() const { return m_rows; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void showRecords();
    void paintRow(QPainter& painter, const PredictionRow& row, int top) const;

    Workspace& m_workspace;
    std::vector<PredictionRow> m_rows;
    bool m_edited = false;
};

}  // namespace attnscope
