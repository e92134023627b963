#pragma once

#include "figure/device_map.h"
#include "figure/view_state.h"

#include <QWidget>

#include <cstdint>
#include <string>
#include <vector>

namespace attnscope {

/// A view is one widget that is given a record and paints it. It never computes and never edits: it asks.
class View : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    /// Shows this state; called with every new record.
    virtual void setState(const ViewState& state) = 0;
    /// Shows a picture that it asked for.
    virtual void showPicture(const MapPicture& picture) { static_cast<void>(picture); }
    /// Marks a named value, by its name in the graph, where the view shows it.
    virtual void markValue(const std::string& /*valueName*/) {}

signals:
    /// The person wants these timesteps masked (or unmasked).
    void maskRequested(const std::vector<std::int64_t>& timesteps, bool masked);
    /// The person pointed at an element of a named value; an empty name means at nothing.
    void elementPointedAt(const QString& valueName, const std::vector<std::int64_t>& index);
    /// The person chose an element: to edit it.
    void elementChosen(const QString& valueName, const std::vector<std::int64_t>& index);
    /// A map has to be painted where its cells lie, which no widget does.
    void pictureWanted(const attnscope::MapRequest& request);
    /// What is pointed at lies on a device only.
    void numbersWanted();
    /// The person chose another range or colour map inside the view.
    void displayRequested(const attnscope::DisplayOptions& display);
};

}  // namespace attnscope
