#pragma once

#include "inspect/slice.h"

#include <string>

namespace attnscope {

/// How weights are turned into colours.
enum class RangeMode { Auto, Attainable, Fixed };

/// How weights are shown, and which of them; the same for every view.
struct DisplayOptions {
    std::string colorMap = "viridis";
    RangeMode range = RangeMode::Auto;
    float fixedLow = 0.0F;
    float fixedHigh = 1.0F;
    bool dark = false;
    SiteSlice slice;  ///< which head and which query is looked at, where there are several

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

}  // namespace attnscope
