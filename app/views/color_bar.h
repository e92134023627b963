#pragma once

#include "figure/site_figures.h"
#include "figure/view_state.h"

#include <QWidget>

class QComboBox;

namespace attnscope {

/// The scale under a view: the colour map from its low to its high end, what the range is, and the choice of both.
class ColorBar : public QWidget {
    Q_OBJECT
public:
    explicit ColorBar(QWidget* parent = nullptr);

    /// `hasAttainable`: the site's formula bounds its weights, so that range can be chosen.
    void setScale(const QString& valueLabel, const ChosenRange& chosen, const DisplayOptions& display,
                  bool hasAttainable);

    [[nodiscard]] QSize sizeHint() const override;

signals:
    void displayRequested(const attnscope::DisplayOptions& display);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void chooseRange(int index);
    void chooseMap(int index);
    void askForFixedRange();

    QString m_valueLabel;
    ChosenRange m_chosen;
    DisplayOptions m_display;
    QComboBox* m_range = nullptr;
    QComboBox* m_map = nullptr;
};

}  // namespace attnscope
