#pragma once

#include "inspect/record.h"

#include <QWidget>

#include <cstdint>
#include <string>
#include <vector>

namespace attnscope {

/// How weights are turned into colours; the same for every view.
enum class RangeMode { Auto, Attainable, Fixed };

struct DisplayOptions {
    std::string colorMap = "viridis";
    RangeMode range = RangeMode::Auto;
    float fixedLow = 0.0F;
    float fixedHigh = 1.0F;
    bool dark = false;

    bool operator==(const DisplayOptions&) const = default;
};

/// What a view is given to paint: immutable records, never a model or a backend.
struct ViewState {
    RecordPtr model;   ///< as the model has it; null when nothing is open
    RecordPtr whatIf;  ///< with the edits; the same record when there are none
    std::string site;  ///< name of the chosen site; empty for none
    std::string modelName;
    DisplayOptions display;

    [[nodiscard]] const SiteRecord* modelSite() const { return model ? model->findSite(site) : nullptr; }
    [[nodiscard]] const SiteRecord* whatIfSite() const { return whatIf ? whatIf->findSite(site) : nullptr; }
};

/// A view is one widget that is given a record and paints it. It never computes and never edits: it asks.
class View : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    /// Shows this state; called with every new record.
    virtual void setState(const ViewState& state) = 0;

signals:
    /// The person wants these timesteps masked (or unmasked).
    void maskRequested(const std::vector<std::int64_t>& timesteps, bool masked);
    /// The person pointed at an element of a named value; an empty name means at nothing.
    void elementPointedAt(const QString& valueName, const std::vector<std::int64_t>& index);
    /// The person chose another range or colour map inside the view.
    void displayRequested(const attnscope::DisplayOptions& display);
};

}  // namespace attnscope
